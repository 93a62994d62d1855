"""The use cases of qa, one file for each."""
