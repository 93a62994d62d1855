"""Shoal qa: guidelines, consensus, accepted labels and dataset versions."""
