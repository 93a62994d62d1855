"""Metrics of jobs and of quality, and the accuracy of the production model."""
