"""Topics that every replica reads completely."""
