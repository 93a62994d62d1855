"""Format numbers for pages."""


def format_percent(share: float) -> str:
    """Return a share in per cent, with one decimal unless it is whole."""
    return f"{100 * share:.1f} %".replace(".0 %", " %")
