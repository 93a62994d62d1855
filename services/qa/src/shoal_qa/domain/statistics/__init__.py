"""Intervals and p-values. Importing scipy.special takes 0.1 s, so functions import it on first use."""
