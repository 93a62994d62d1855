"""What the embedder does, one file per intent."""
