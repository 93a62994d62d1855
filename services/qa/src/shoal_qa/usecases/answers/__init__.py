"""Answers of every kind as claims, and believed claims as answers."""
