"""Images of a user: found in folders, and reduced to what an encoder reads."""
