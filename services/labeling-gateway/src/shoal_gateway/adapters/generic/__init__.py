"""The generic vendor: docs/generic-vendor.md over HTTP."""
