"""Samples that resemble one of another split: texts by their words, images by their looks."""
