"""The rules of the embedder: no input, output or clock."""
