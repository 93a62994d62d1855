"""The sizes of pictures: a few, so that the store keeps a few pictures of each image."""

SIZES = (160, 320, 640, 1280, 2560)
"""Most pixels of the longer side."""

OWN_SIZE = 0
"""Stands for the size of the image itself."""

STORED_SIZES = (OWN_SIZE, *SIZES)


def stored_size(longest: int) -> int:
    """Return the size of the stored picture for a longest side: the next of SIZES, or OWN_SIZE."""
    return next((size for size in SIZES if 0 < longest <= size), OWN_SIZE)


def smaller_size(allowed: int, longest: int) -> int:
    """Return the smaller of two sizes, of which OWN_SIZE is the largest."""
    return min(allowed or longest, longest or allowed)
