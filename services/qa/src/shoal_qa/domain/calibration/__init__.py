"""Calibrated probabilities: temperatures fitted on held-out gold, and a measure of reliability."""
