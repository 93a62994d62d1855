"""The HTTP API: campaigns and the random audit."""
