"""Pure rules of inference logs."""
