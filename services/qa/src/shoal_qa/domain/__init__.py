"""The quality of labels: votes, models of annotators, acceptance and datasets.

Pure: numpy, scipy and the standard library.
"""
