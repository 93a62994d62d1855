"""Intervals and special functions."""
