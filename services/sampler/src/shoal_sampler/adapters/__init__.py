"""Implementations of the ports, one technology per file."""
