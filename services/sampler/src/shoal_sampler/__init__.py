"""Shoal sampler: campaigns that decide which samples to label."""
