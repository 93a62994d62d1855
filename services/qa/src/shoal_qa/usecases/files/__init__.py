"""Quality over files, without a running service."""
