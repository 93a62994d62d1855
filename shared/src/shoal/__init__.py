"""Shoal: contracts, messaging, persistence and the runtime that every service shares."""
