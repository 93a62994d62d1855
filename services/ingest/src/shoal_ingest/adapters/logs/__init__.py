"""Inference logs in files."""
