"""Kafka clients: settings, access, brokers, topics and offsets."""
