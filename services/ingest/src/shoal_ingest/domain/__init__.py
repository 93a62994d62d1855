"""Pure rules of the inference log."""
