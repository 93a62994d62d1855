"""`shoal sampler`: campaigns of a running service; selection, simulation and duplicates over files.

Every command over files is a separate entry point, so that it loads nothing of the others.
"""
