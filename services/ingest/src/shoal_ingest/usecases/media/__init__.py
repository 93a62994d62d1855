"""Images of samples: stored, shown to people, and removed."""
