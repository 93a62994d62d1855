"""Kubernetes objects derived from the registry: Kafka's topics and users, and the scaling of consumers."""
