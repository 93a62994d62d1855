"""Shoal embedder: samples in, vectors in Qdrant and on the stream."""
