"""`shoal demo`: the whole loop on Reuters newswire, two arms with one vote budget, and a report."""
