"""Shoal embedder: computes samples' vectors, stores them in Qdrant and publishes them."""
