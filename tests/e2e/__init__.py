"""Tests of all services together; the package is what the shared Shoal lives for."""
