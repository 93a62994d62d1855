"""Encoders and the vector store."""
