"""Thresholds whose precision gold guarantees."""
