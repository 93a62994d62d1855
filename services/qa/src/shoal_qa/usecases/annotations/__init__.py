"""Annotations: recorded with their job, or set aside until it arrives."""
