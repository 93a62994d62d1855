"""The technologies behind the ports, one per file."""
