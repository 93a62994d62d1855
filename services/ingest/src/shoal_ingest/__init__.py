"""Shoal ingest: accepts inference logs over HTTP and acknowledges them once Kafka has them."""
