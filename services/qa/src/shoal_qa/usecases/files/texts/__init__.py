"""Answers of every kind as the texts of a file."""
