"""Intervals and p-values. scipy.special costs 0.1 s at import, so functions import it on first use."""
