"""Readers and writers of files: votes, gold, predictions, annotators, fits, datasets."""
