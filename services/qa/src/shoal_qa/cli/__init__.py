"""`shoal qa`: guidelines, gold, labels and dataset versions of a running service; quality of votes over files.

Every command over files is an entry point by itself, so that one loads nothing of the others.
"""
