"""The use cases of the embedder, one per file."""
