"""Images of a user: found in folders, decoded, and shown as a viewer shows them."""
