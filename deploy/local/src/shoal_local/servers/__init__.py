"""Kafka, PostgreSQL and the vector engine as child processes."""
