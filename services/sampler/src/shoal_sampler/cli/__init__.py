"""`shoal sampler`: campaigns of a running service; choosing, simulating and duplicates over files.

Every command over files is an entry point by itself, so that one loads nothing of the others.
"""
