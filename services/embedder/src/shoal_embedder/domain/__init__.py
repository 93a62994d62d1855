"""Pure rules about vectors."""
