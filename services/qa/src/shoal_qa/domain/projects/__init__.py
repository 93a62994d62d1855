"""The state of a project: its fit, its findings and its metrics."""
