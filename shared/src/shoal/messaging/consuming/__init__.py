"""Consumers: subscriptions, batches, retries, limits and health."""
