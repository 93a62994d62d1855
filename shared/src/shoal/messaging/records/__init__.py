"""Kafka records: envelopes, encoding and decoding."""
