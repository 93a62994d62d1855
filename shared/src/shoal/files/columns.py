"""Columns of text, stored as the distinct texts and a 4-byte code per row."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shoal.files.numbers import plain_number

EMPTY = -1  # the code of an empty cell
Codes = NDArray[np.int32]
Floats = NDArray[np.float64]
Parse = Callable[[Sequence[str]], tuple[Floats, int | None]]


@dataclass(frozen=True, slots=True)
class Column:
    """Cells exactly as in the file.

    code: (rows,), indexes of texts; EMPTY for an empty cell. nested: the codes of lists and objects, whose
    texts are JSON.
    """

    code: Codes
    texts: Sequence[str]
    nested: frozenset[int] = frozenset()

    def cells(self) -> list[str]:
        """Return the text of every row, "" for an empty cell."""
        texts = [*self.texts, ""]  # EMPTY is -1, the index of the last
        return [texts[code] for code in self.code.tolist()]

    def without(self, texts: Collection[str]) -> "Column":
        """Return the column with empty cells for `texts`, which may have blanks around."""
        if not texts:
            return self
        empty = [index for index, text in enumerate(map(str.strip, self.texts)) if text in texts]
        if not empty:
            return self
        return Column(np.where(np.isin(self.code, empty), EMPTY, self.code), self.texts, self.nested)

    def rows(self, index: NDArray[np.int64]) -> "Column":
        """Return the column of some rows."""
        return Column(self.code[index], self.texts, self.nested)

    def emptied(self, index: NDArray[np.int64]) -> "Column":
        """Return the column with empty cells in some rows."""
        code = self.code.copy()
        code[index] = EMPTY
        return Column(code, self.texts, self.nested)

    def coded(self) -> "Coded":
        """Return the column with its sorted texts as names, without surrounding blanks."""
        texts = list(map(str.strip, self.texts))
        for unused in self._unused_codes().tolist():
            texts[unused] = ""
        names = sorted({*texts} - {""})
        number = {name: index for index, name in enumerate(names)}
        number[""] = EMPTY
        texts.append("")  # EMPTY is -1, the index of the last
        index = np.fromiter(map(number.__getitem__, texts), np.int32, len(texts))
        return Coded(index[self.code], names)

    def _unused_codes(self) -> NDArray[np.int64]:
        """Return the codes of texts that no row has, since rows were left out."""
        used = np.zeros(len(self.texts) + 1, np.bool_)  # EMPTY is -1, the index of the last
        used[self.code] = True
        return np.flatnonzero(~used[:-1])


@dataclass(frozen=True, slots=True)
class Coded:
    """A column of names. code: (rows,), indexes of the names, sorted at first; EMPTY for an empty cell."""

    code: Codes
    names: list[str]

    def in_order(self, order: Callable[[Sequence[str]], list[str]]) -> "Coded":
        """Return the column with its names in another order. order: returns the same names."""
        names = order(self.names)
        if names == self.names:
            return self
        number = {name: index for index, name in enumerate(names)}
        index = np.array([*(number[name] for name in self.names), EMPTY], np.int32)
        return Coded(index[self.code], names)

    def renamed(self, names: Mapping[str, str]) -> "Coded":
        """Return the column with other names, several of which may be the same."""
        new = [names.get(name, name) for name in self.names]
        distinct = sorted(set(new))
        number = {name: index for index, name in enumerate(distinct)}
        index = np.array([*(number[name] for name in new), EMPTY], np.int32)
        return Coded(index[self.code], distinct)

    def counts(self) -> dict[str, int]:
        """Return how many rows have each name."""
        count = np.bincount(self.code[self.code != EMPTY], minlength=len(self.names))
        return dict(zip(self.names, count.tolist(), strict=True))


def column_of(cells: Iterable[str | None]) -> Column:
    """Return a column of `cells`; None and "" are empty cells."""
    number: dict[str, int] = {}
    code = [number.setdefault(cell, len(number)) if cell else EMPTY for cell in cells]
    return Column(np.array(code, np.int32), list(number))


def arrow_column(column: Any) -> Column:
    """Return the column of a pyarrow ChunkedArray of dictionary<int32, string>.

    The codes are read from its buffers, because pyarrow's conversions import pandas if that is installed,
    which costs a second of CPU.
    """
    chunks = column.unify_dictionaries().chunks
    if not chunks:
        return Column(np.empty(0, np.int32), [])
    code = np.concatenate([_codes_of(chunk.indices) for chunk in chunks])
    return Column(code, chunks[0].dictionary.to_pylist())


def is_number(text: str) -> bool:
    """Return whether a text is a number."""
    return parse_numbers([text])[1] is None


def parse_numbers(texts: Sequence[str]) -> tuple[Floats, int | None]:
    """Return the numbers, and the index of the first text that is not a number."""
    return _parse_texts(texts, plain_number)


def parse_times(texts: Sequence[str]) -> tuple[Floats, int | None]:
    """Return numbers, or times as seconds since 1970 (UTC without a zone), and the first bad index."""
    values, bad = parse_numbers(texts)
    if bad is None:
        return values, None
    times, wrong = _parse_texts(texts, _epoch_seconds)
    return (times, None) if wrong is None else (values, bad)


def _parse_texts(texts: Sequence[str], parse: Callable[[str], float]) -> tuple[Floats, int | None]:
    values = np.empty(len(texts))
    for index, text in enumerate(texts):
        try:
            values[index] = parse(text)
        except (ValueError, OverflowError):
            return values, index
    return values, None


def _epoch_seconds(text: str) -> float:
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _codes_of(array: Any) -> Codes:
    valid, values = array.buffers()
    part = slice(array.offset, array.offset + len(array))
    code = np.frombuffer(values, np.int32)[part] if values is not None else np.empty(0, np.int32)
    if valid is None or not array.null_count:
        return code
    present = np.unpackbits(np.frombuffer(valid, np.uint8), bitorder="little")[part]
    return np.where(present, code, EMPTY).astype(np.int32)
