"""Matrices of numbers: their forms, the columns that are dimensions, and checks of probabilities."""
