"""Votes in several files: a folder, or a ZIP file."""
