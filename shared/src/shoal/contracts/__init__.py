"""Shoal's public contracts: every event and every topic. Imports only pydantic and the standard library."""
