"""Shoal ingest: inference logs over HTTP, acknowledged once Kafka has them."""
