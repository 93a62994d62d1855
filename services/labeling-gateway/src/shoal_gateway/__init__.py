"""Shoal labeling gateway: labelling jobs to people and vendors, annotations back."""
