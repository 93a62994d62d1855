"""Answers of each kind as claims, and believed claims as answers."""
