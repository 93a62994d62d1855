"""Faults of aiokafka, each mended in one module."""
