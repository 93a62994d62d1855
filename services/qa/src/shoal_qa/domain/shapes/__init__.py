"""Shapes of answers: how much two overlap or differ, what marks the same thing, and the middle of several."""
