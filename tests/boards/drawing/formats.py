"""Numbers as Grafana writes them in its units."""

import math

NOTHING = "\N{EN DASH}"
STEPS = {
    "s": (
        (1e-6, "us", 1e-6),
        (1e-3, "ms", 1e-3),
        (1, "s", 1),
        (60, "min", 60),
        (3_600, "h", 3_600),
        (86_400, "days", 86_400),
        (604_800, "weeks", 604_800),
    ),
    "bytes": ((1, "B", 1), (2**10, "KiB", 2**10), (2**20, "MiB", 2**20), (2**30, "GiB", 2**30)),
    "short": ((1, "", 1), (1e3, "K", 1e3), (1e6, "Mil", 1e6), (1e9, "Bil", 1e9)),
}
SUFFIXES = {"reqps": " req/s", "ops": " ops/s"}


def format_value(value: float, unit: str, decimals: int | None = None) -> str:
    """Return a value with its unit."""
    if math.isnan(value):
        return NOTHING
    if unit == "percentunit":
        return f"{_format_number(100 * value, decimals)}%"
    if unit == "locale":
        return _separated_number(value, decimals)
    if unit in SUFFIXES:
        return _format_number(value, decimals) + SUFFIXES[unit]
    size, name = _fitting_step(abs(value), unit)
    return f"{_format_number(value / size, decimals)} {name}".rstrip()


def _separated_number(value: float, decimals: int | None) -> str:
    if decimals is None:
        return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.2f}".rstrip("0").rstrip(".")
    return f"{value:,.{decimals}f}"


def _fitting_step(size: float, unit: str) -> tuple[float, str]:
    steps = STEPS.get(unit, STEPS["short"])
    fitting = [(divisor, name) for least, name, divisor in steps if size >= least]
    if fitting:
        return fitting[-1]
    return (steps[0][2], steps[0][1]) if size else (1.0, "s" if unit == "s" else "")


def _format_number(value: float, decimals: int | None) -> str:
    if decimals is None:
        decimals = 0 if value == int(value) or abs(value) >= 100 else 1 if abs(value) >= 10 else 2
        return f"{value:.{decimals}f}".rstrip("0").rstrip(".") if decimals else f"{value:.0f}"
    return f"{value:.{decimals}f}"
