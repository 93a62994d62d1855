"""Images of samples: stored by their SHA-256, and shown to people under signed addresses."""
