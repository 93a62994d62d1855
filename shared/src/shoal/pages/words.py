"""Numbers as pages write them."""


def format_percent(share: float) -> str:
    """Return a share in per cent, with one decimal where it is not whole."""
    return f"{100 * share:.1f} %".replace(".0 %", " %")


def format_count(number: int, what: str) -> str:
    """Return a number of things, in the plural unless it is one."""
    return f"{number:,} {what}" + ("" if number == 1 else "s")
