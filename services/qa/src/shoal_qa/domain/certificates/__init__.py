"""Acceptance thresholds with a guaranteed precision, tested on gold."""
