"""Images: decoded whatever their names, and shown as a viewer shows them."""
