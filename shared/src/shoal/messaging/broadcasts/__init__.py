"""Topics that every replica reads whole."""
