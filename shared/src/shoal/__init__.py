"""Shoal: contracts, messaging, persistence and the runtime that every service shares."""

from importlib.metadata import version

__version__ = version("shoal")
