"""Kafka, PostgreSQL and databases as child processes."""
