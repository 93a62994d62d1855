"""Greedy choice of the rows that cover a pool."""
