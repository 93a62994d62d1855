"""Rows of a dataset version as other tools read them: one module per tool, without files."""
