"""Shoal on one machine: embedded broker, database and vector engine, and the demo."""
