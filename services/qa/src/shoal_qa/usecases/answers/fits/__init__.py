"""Fits of a project's answers: beliefs about jobs, next steps, and findings."""
