"""Layouts of votes that belong to no tool: wide tables, lists, and nested objects."""
