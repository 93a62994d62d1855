"""Votes, gold and labels in CSV and Parquet files, without a loop over rows.

Memory: about 60 bytes a vote while a CSV file is read (three columns of strings), 12 bytes a vote afterwards.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet
from numpy.typing import NDArray

from shoal_qa.domain.arrays import UNKNOWN, Ints, Named, VoteArrays
from shoal_qa.usecases.errors import BadInput

Warn = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Columns:
    """Which column is which."""

    task: str = "task"
    worker: str = "worker"
    label: str = "label"


@dataclass(slots=True)
class _Column:
    """One column: a number per row and the names behind the numbers, sorted."""

    code: NDArray[np.int32]
    names: list[str]


@dataclass(frozen=True, slots=True)
class Gold:
    """Right answers by task."""

    answers: Mapping[str, str] = field(default_factory=dict)


def read_votes(file: Path, columns: Columns, gold: Gold, warn: Warn) -> Named:
    """Return the votes, in the order of the file, numbered by sorted names; classes are those of votes and gold.

    Rows without a label are left out, and of several rows of one worker on one task the last counts; both are told
    to `warn`. Raises BadInput for a file that cannot be read, a missing column, an empty task or worker, no votes.
    """
    rows = read_columns(file, "votes", (columns.task, columns.worker, columns.label))
    answered = np.asarray(pc.is_valid(rows[columns.label]))
    if not answered.all():
        first = int(np.flatnonzero(~answered)[0])
        count = len(answered) - int(answered.sum())
        warn(
            f"votes {file}: {count} rows have no {columns.label} and are left out, the first {_row(file, first)}"
        )
        rows = rows.filter(pa.array(answered))
    if not rows.num_rows:
        raise BadInput(f"votes {file} has no votes: give one row for each answer of each worker")
    task = _coded(rows[columns.task], file, columns.task)
    worker = _coded(rows[columns.worker], file, columns.worker)
    label = _with_classes(_coded(rows[columns.label], file, columns.label), gold.answers.values())
    keep = _last_of_each(task, worker, label, file, warn)
    votes = VoteArrays(
        task.code[keep],
        worker.code[keep],
        label.code[keep],
        len(task.names),
        len(worker.names),
        len(label.names),
    )
    return Named(votes, task.names, worker.names, label.names)


def read_gold(file: Path, columns: Columns) -> Gold:
    """Return right answers by task. Raises BadInput, also where a task has two answers or none."""
    rows = read_columns(file, "gold", (columns.task, columns.label))
    tasks, labels = rows[columns.task].to_pylist(), rows[columns.label].to_pylist()
    answers: dict[str, str] = {}
    for place, (task, label) in enumerate(zip(tasks, labels, strict=True)):
        if task is None or label is None:
            raise BadInput(
                f"gold {file}, {_row(file, place)} is empty: give a {columns.task} and a {columns.label}"
            )
        if answers.setdefault(task, label) != label:
            told = f"task {task!r} is {answers[task]!r} and {label!r}"
            raise BadInput(f"gold {file}, {_row(file, place)}: {told}: give one right answer")
    return Gold(answers)


def known_answers(gold: Gold, named: Named, warn: Warn) -> Ints:
    """Return the gold class of each task or UNKNOWN, (tasks,). Raises BadInput where no task of the gold has votes."""
    missing = sorted(gold.answers.keys() - set(named.tasks))
    if missing and len(missing) == len(gold.answers):
        raise BadInput(
            f"gold: no task of it has votes, for instance {missing[0]!r}: are the names written alike?"
        )
    if missing:
        warn(f"gold: {len(missing)} of {len(gold.answers)} tasks have no votes, for instance {missing[0]!r}")
    number = {name: index for index, name in enumerate(named.classes)}
    get = gold.answers.get
    return np.array([number.get(get(task, ""), UNKNOWN) for task in named.tasks], dtype=np.int32)


def read_columns(file: Path, what: str, names: Sequence[str]) -> Any:
    """Return a table of the named columns as strings, empty cells as null; further columns are ignored. BadInput."""
    try:
        table = _parquet(file, names) if file.suffix == ".parquet" else _csv(file, names)
    except (OSError, pa.ArrowException, UnicodeDecodeError) as error:
        raise BadInput(f"{what} {file} cannot be read: {error}") from None
    missing = [name for name in names if name not in table.column_names]
    if missing:
        has = ", ".join(table.column_names) or "none"
        raise BadInput(
            f"{what} {file} has no column {missing[0]}; it has {has}: rename it, or say which it is"
        )
    return table.select(list(names))


def write_table(file: Path, columns: Mapping[str, Any]) -> None:
    """Write columns to CSV, or to Parquet by the file's name. Raises BadInput where it cannot be written."""
    table = pa.table(dict(columns))
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        if file.suffix == ".parquet":
            pyarrow.parquet.write_table(table, file)
        else:
            pyarrow.csv.write_csv(table, file, pyarrow.csv.WriteOptions(quoting_style="needed"))
    except OSError as error:
        raise BadInput(f"{file} cannot be written: {error}") from None


def named_column(names: Sequence[str], code: NDArray[Any]) -> Any:
    """Return a column of names by number, to be written; each name is kept once."""
    return pa.DictionaryArray.from_arrays(pa.array(code), pa.array(names, pa.string())).dictionary_decode()


def _csv(file: Path, names: Sequence[str]) -> Any:
    options = pyarrow.csv.ConvertOptions(
        column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=True, null_values=[""]
    )
    with pyarrow.csv.open_csv(file) as head:
        present = [name for name in names if name in head.schema.names]
        if len(present) < len(names):
            return head.schema.empty_table()
    options.include_columns = present
    return pyarrow.csv.read_csv(file, convert_options=options)


def _parquet(file: Path, names: Sequence[str]) -> Any:
    schema = pyarrow.parquet.read_schema(file)
    if any(name not in schema.names for name in names):
        return schema.empty_table()
    table = pyarrow.parquet.read_table(file, columns=list(names))
    text = [pc.cast(table[name], pa.string()) for name in names]
    return pa.table([pc.if_else(pc.equal(each, ""), None, each) for each in text], list(names))


def _coded(column: Any, file: Path, name: str) -> _Column:
    if column.null_count:
        first = int(np.flatnonzero(np.asarray(column.is_null()))[0])
        raise BadInput(f"votes {file}: {name} of {_row(file, first)} is empty: leave the row out or name it")
    encoded = column.combine_chunks().dictionary_encode()
    names = encoded.dictionary.to_pylist()
    order = sorted(range(len(names)), key=names.__getitem__)
    place = np.empty(len(names), np.int32)
    place[order] = np.arange(len(names), dtype=np.int32)
    return _Column(place[np.asarray(encoded.indices)], [names[i] for i in order])


def _with_classes(column: _Column, more: Any) -> _Column:
    names = sorted(set(column.names) | set(more))
    number = {name: index for index, name in enumerate(names)}
    place = np.array([number[name] for name in column.names], np.int32)
    return _Column(place[column.code], names)


def _last_of_each(
    task: _Column, worker: _Column, label: _Column, file: Path, warn: Warn
) -> NDArray[np.int64]:
    """Return the rows that count, in order: the last one of each worker on each task."""
    pair = task.code.astype(np.int64) * len(worker.names) + worker.code
    order = np.argsort(pair, kind="stable")
    last = np.append(pair[order[1:]] != pair[order[:-1]], True)
    if last.all():
        return np.arange(len(pair))
    again = order[1:][~last[:-1]]  # a later row of the same pair
    before = order[:-1][~last[:-1]]
    changed = int((label.code[again] != label.code[before]).sum())
    first = int(again.min())
    told = f"worker {worker.names[worker.code[first]]!r} on task {task.names[task.code[first]]!r}"
    warn(
        f"votes {file}: {len(again)} rows repeat a worker on a task ({changed} with another label); the last one "
        f"counts, the first repetition is {_row(file, first)}, {told}"
    )
    return np.sort(order[last])


def _row(file: Path, row: int) -> str:
    return f"row {row}" if file.suffix == ".parquet" else f"line {row + 2}"
