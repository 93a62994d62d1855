"""Probabilities that hold: temperatures fitted on held-out gold, and how reliable they are."""
