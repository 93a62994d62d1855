"""Shoal's shared parts: contracts, messaging, persistence and the runtime of the services."""

from importlib.metadata import version

__version__ = version("shoal")
