"""Which columns of a table are the dimensions of a matrix: indexes, ids and labels are none."""

import fnmatch
import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from shoal.files.errors import BadContent
from shoal.files.matrix.arrow_numbers import is_list, plain_numbers, storage_type
from shoal.wording import format_count

_NOT_MEASURED = frozenset(
    {"id", "ids", "index", "idx", "row", "rows", "rowid", "row_number", "key", "uid", "uuid", "guid"}
    | {"label", "labels", "class", "classes", "target", "targets", "category", "y", "split", "fold"}
    | {"cluster", "group", "timestamp", "time", "date", "datetime", "year", "month", "day"}
)
_MOST_NAMES = 8
_FEWEST_ALIKE, _STRANGE = 8, 0.25  # numbered columns, and others per such column


@dataclass(frozen=True, slots=True)
class Dimensions:
    """names: the columns that are dimensions, in order. left_out: the reason by name of the others."""

    names: list[str]
    left_out: Mapping[str, str] = field(default_factory=dict)

    def facts(self) -> list[str]:
        """Return phrases for the summary of a file."""
        if not self.left_out:
            return []
        shown = [f"{name} ({reason})" for name, reason in list(self.left_out.items())[:_MOST_NAMES]]
        more = len(self.left_out) - len(shown)
        return [f"left out: {', '.join(shown)}{f' and {more} more' if more else ''}"]


def choose_dimensions(table: Any, columns: Sequence[str] | None, *, of_classes: bool = False) -> Dimensions:
    """Return the columns of a pyarrow table that are dimensions.

    columns: names or patterns such as `f*`, None to choose by type, name and content: one column of lists, or
    all columns of floats. Raises BadContent where that is not clear.
    """
    if columns is not None:
        return _matching_columns(table, columns)
    left_out = dict.fromkeys(_pandas_index(table), "pandas' index")
    names = [name for name in table.column_names if name not in left_out]
    left_out |= {
        name: str(table.schema.field(name).type) for name in names if not _holds_numbers(table, name)
    }
    names = [name for name in names if name not in left_out]
    lists = [name for name in names if is_list(table.schema.field(name).type)]
    if len(lists) > 1:
        raise BadContent(f" has several columns of lists ({', '.join(lists)}): choose one with --columns")
    if lists:
        return Dimensions(lists, left_out | dict.fromkeys((n for n in names if n != lists[0]), "no list"))
    if not names:
        raise BadContent(_no_numbers(left_out))
    dimensions = _numeric_columns(table, names, left_out)
    if not of_classes:
        _refuse_strangers(dimensions.names)
    return dimensions


def _matching_columns(table: Any, columns: Sequence[str]) -> Dimensions:
    names: list[str] = []
    for pattern in columns:
        matches = [pattern] if pattern in table.column_names else fnmatch.filter(table.column_names, pattern)
        if not matches:
            raise BadContent(f" has no column {pattern}; it has {shown_names(table.column_names)}")
        names += [name for name in matches if name not in names]
    wrong = [name for name in names if not _holds_numbers(table, name)]
    if wrong:
        kind = table.schema.field(wrong[0]).type
        raise BadContent(f": column {wrong[0]} holds {kind}, not numbers: leave it out of --columns")
    if len(names) > 1 and (lists := [name for name in names if is_list(table.schema.field(name).type)]):
        raise BadContent(f": --columns names {shown_names(names)}: name one column of lists ({lists[0]})")
    return Dimensions(names, dict.fromkeys((n for n in table.column_names if n not in names), "not named"))


def _numeric_columns(table: Any, names: list[str], left_out: dict[str, str]) -> Dimensions:
    """Return the columns of floats, or of integers if there are no floats."""
    if len(names) > 1:
        left_out |= {name: "row numbers" for name in names if _counts_rows(table[name])}
        names = [name for name in names if name not in left_out]
    integers = [name for name in names if pa.types.is_integer(table.schema.field(name).type)]
    odd = [name for name in integers if _by_name_no_measure(name)]
    if len(integers) < len(names):
        odd += [name for name in names if name not in integers and _is_float_label(table, name, names)]
        unclear = [name for name in integers if name not in odd]
        if unclear:
            raise BadContent(
                _mixed_columns(unclear, [name for name in names if name not in {*odd, *unclear}])
            )
    if len(odd) < len(names):
        left_out |= dict.fromkeys(odd, "by its name no dimension")
        names = [name for name in names if name not in odd]
    return Dimensions(names, left_out)


def _refuse_strangers(names: Sequence[str]) -> None:
    """Raise BadContent for a few columns beside many with one name and numbers: price beside f0, f1, ..."""
    stems = Counter(re.sub(r"\d+$", "", name) for name in names)
    stem, count = stems.most_common(1)[0]
    others = [name for name in names if re.sub(r"\d+$", "", name) != stem]
    if others and count >= _FEWEST_ALIKE and len(others) < _STRANGE * count:
        example = f"'{stem}*'" if stem else "the numbered ones"
        raise BadContent(
            f": {shown_names(others)} {'is' if len(others) == 1 else 'are'} named unlike {count} numbered columns: "
            f"name the dimensions, for example --columns {example} or --columns '*'"
        )


def _holds_numbers(table: Any, name: str) -> bool:
    kind = table.schema.field(name).type
    while is_list(kind):
        kind = storage_type(kind).value_type
    kind = storage_type(kind)
    return bool(pa.types.is_floating(kind) or pa.types.is_integer(kind) or pa.types.is_decimal(kind))


def _pandas_index(table: Any) -> list[str]:
    """Return the columns that hold the index of the pandas frame that was stored."""
    stored = (table.schema.metadata or {}).get(b"pandas")
    index = json.loads(stored).get("index_columns", []) if stored else []
    names = [entry for entry in index if isinstance(entry, str)]
    names += [name for name in table.column_names if name.startswith(("__index_level_", "Unnamed: 0"))]
    return [name for name in dict.fromkeys(names) if name in table.column_names]


def _counts_rows(column: Any) -> bool:
    """Return whether a column is 0, 1, 2, ... or 1, 2, 3, ...; three rows at least."""
    if len(column) < 3 or column.null_count or pa.types.is_decimal(column.type):
        return False
    start = column[0].as_py()
    if start not in (0, 1) or column[len(column) - 1].as_py() != start + len(column) - 1:
        return False
    return bool((plain_numbers(column) == np.arange(start, start + len(column))).all())


def _by_name_no_measure(name: str) -> bool:
    plain = name.strip().casefold().replace(" ", "_").replace("-", "_")
    return plain in _NOT_MEASURED or plain.endswith(("_id", "_index", "_label")) or plain.startswith("id_")


def _is_float_label(table: Any, name: str, names: Sequence[str]) -> bool:
    """Return whether a column of floats is a label: by its name, and whole numbers beside fractions."""
    return (
        _by_name_no_measure(name)
        and _is_whole(table[name])
        and not all(_is_whole(table[other]) for other in names if other != name)
    )


def _is_whole(column: Any) -> bool:
    values = pc.cast(column, pa.float64())
    return bool(pc.all(pc.equal(pc.floor(values), values)).as_py())


def _mixed_columns(unclear: Sequence[str], floats: Sequence[str]) -> str:
    kinds = f"{shown_names(unclear)} hold integers beside {format_count(len(floats), 'column')} of floats"
    if len(unclear) == 1:
        kinds = f"{unclear[0]} holds integers beside {format_count(len(floats), 'column')} of floats"
    return f": {kinds}: name the dimensions, for example --columns '{','.join(floats[:3])}' or --columns '*'"


def _no_numbers(left_out: Mapping[str, str]) -> str:
    columns = ", ".join(f"{name} ({reason})" for name, reason in list(left_out.items())[:_MOST_NAMES])
    return (
        f" has no column of lists and no column of numbers; it has {columns or 'no columns'}: "
        "save lists of floats, or a column for each dimension"
    )


def shown_names(names: Sequence[str]) -> str:
    """Return names with commas between, cut to the first few."""
    shown = ", ".join(names[:_MOST_NAMES])
    return shown if len(names) <= _MOST_NAMES else f"{shown}, ... ({len(names)} in all)"
