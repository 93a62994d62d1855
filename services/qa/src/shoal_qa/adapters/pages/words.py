"""Numbers as pages say them."""


def percent(share: float) -> str:
    """Return a share in per cent, with one decimal where it is not whole."""
    return f"{100 * share:.1f} %".replace(".0 %", " %")


def count(number: int, what: str) -> str:
    """Return a number of things."""
    return f"{number:,} {what}" + ("" if number == 1 else "s")
