"""The use cases of ingest, one per file."""
