"""Numbers that files hold as numbers or as texts."""

from typing import Any


def plain_number(value: Any) -> float:
    """Return a number, or that of a text in the digits 0 to 9, such as "-4.5e3", "inf" or "nan".

    Python's float would read "1_0" as 10, and True as 1. Raises ValueError, TypeError and OverflowError.
    """
    if isinstance(value, bool):
        raise TypeError("a truth value is no number")
    if isinstance(value, str) and ("_" in value or not value.strip().isascii()):
        raise ValueError("no digits from 0 to 9 alone")
    return float(value)
