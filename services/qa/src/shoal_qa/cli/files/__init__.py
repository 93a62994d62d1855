"""Commands over files, which need no running service."""
