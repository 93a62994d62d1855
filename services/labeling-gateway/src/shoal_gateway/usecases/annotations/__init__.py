"""Annotations from every source: stored once, announced, and recovered."""
