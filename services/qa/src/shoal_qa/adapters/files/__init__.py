"""Files in, files out: votes, gold, matrices, fits, datasets."""
