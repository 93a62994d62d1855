"""`shoal qa`: guidelines, gold, labels and dataset versions of a service; quality of votes in files.

Every command over files is a separate entry point, so that it does not import what only others need.
"""
