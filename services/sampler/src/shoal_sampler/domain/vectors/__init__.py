"""Vectors as rows of a matrix: norms, kernels, nearest neighbours."""
