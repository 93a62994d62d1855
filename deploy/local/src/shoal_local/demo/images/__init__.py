"""`shoal demo images`: the way of images on photos of solar cells, of which few are defective."""
