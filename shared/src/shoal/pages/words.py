"""Format numbers for pages."""


def format_percent(share: float) -> str:
    """Return a share in per cent, with one decimal unless it is whole."""
    return f"{100 * share:.1f} %".replace(".0 %", " %")


def format_count(number: int, what: str) -> str:
    """Return a number with a noun, in the plural unless the number is one."""
    return f"{number:,} {what}" + ("" if number == 1 else "s")
