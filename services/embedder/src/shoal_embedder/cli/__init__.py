"""`shoal embedder`: the model's file; `shoal embed`: vectors of texts and images in files."""
