"""Reuters newswire: its topics and articles."""
