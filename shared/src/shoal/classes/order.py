"""The order of the names of classes: by number if all are numbers, else alphabetical."""

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal

from shoal.wording import format_count

SHOWN = 10  # names in a phrase
CUT = 30  # characters of a name in a phrase
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)


def as_number(name: str) -> Decimal | None:
    """Return the number that a name is, exactly; None for other names, such as "nan" or "1_000"."""
    return Decimal(name) if _NUMBER.fullmatch(name) else None


def ordered_classes(names: Iterable[str]) -> list[str]:
    """Return distinct names in numeric order if all are numbers, else in alphabetical order.

    scikit-learn, whose `classes_` name the columns of `predict_proba`, has the same orders.
    """
    distinct = sorted(set(names))
    numbers = [as_number(name) for name in distinct]
    if any(number is None for number in numbers):
        return distinct
    return [name for _, name in sorted(zip(numbers, distinct, strict=True))]


def column_numbers(names: Iterable[str], columns: int) -> dict[str, int] | None:
    """Return the column that each name is the number of, None unless all are whole numbers in [0, columns).

    "6" and "6.0" are column 6; "06" is as well if no name is longer than the highest number of a column.
    """
    numbers = {name: as_number(name) for name in names}
    index = {name: int(n) for name, n in numbers.items() if n is not None and n == n.to_integral_value()}
    if len(index) < len(numbers) or not all(0 <= column < columns for column in index.values()):
        return None
    width = len(str(columns - 1))
    padded = any(len(name) > 1 and name[0] == "0" and name[1].isdecimal() for name in numbers)
    return None if padded and any(len(name) != width for name in numbers) else index


def shown_names(names: Sequence[str]) -> str:
    """Return names with commas between, cut after the first few; names with commas are quoted."""
    names = [repr(name) if "," in name or not name else name for name in names]
    cut = [name if len(name) <= CUT else name[: CUT - 1] + "…" for name in names]
    if len(cut) > SHOWN:
        cut = [*cut[: SHOWN - 2], "...", cut[-1]]
    return ", ".join(cut)


def classes_fact(names: Sequence[str], order: str | None = None) -> str:
    """Return a phrase for the summary of a file: "3 classes in alphabetical order: cat, dog, eel".

    order: in words, by default that of `ordered_classes`.
    """
    if order is None:
        numeric = all(as_number(name) is not None for name in names)
        order = "in numeric order" if numeric else "in alphabetical order"
    count = format_count(len(names), "class", f"classes {order}".rstrip())
    return f"{count}: {shown_names(names)}"
