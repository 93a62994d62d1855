"""Selection over files, without a running service."""
