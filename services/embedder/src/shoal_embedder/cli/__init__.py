"""`shoal embedder` writes the model's file; `shoal embed` encodes texts and images in files."""
