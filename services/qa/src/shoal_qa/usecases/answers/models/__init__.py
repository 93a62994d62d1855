"""Kinds of answers with a model of their own: rankings and numbers."""
