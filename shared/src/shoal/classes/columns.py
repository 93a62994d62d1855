"""Which column of probabilities stands for which class."""

import csv
import io
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shoal.classes.matching import joined_facts, match_names
from shoal.classes.order import as_number, classes_fact, column_numbers, ordered_classes, shown_names
from shoal.files.errors import BadInput
from shoal.wording import format_count

MOST_SHOWN = 2_000  # characters of an order in a message


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnClasses:
    """The classes of the columns of probabilities.

    names: (columns,). order: how they were found, in words. index: the column of each label. joined: the
    class of labels in another spelling. named: whether the file itself names its columns.
    """

    names: Sequence[str]
    order: str
    index: Mapping[str, int]
    joined: Mapping[str, str]
    named: bool = False

    def facts(self) -> list[str]:
        """Return phrases for the summary of the file: the classes in their order, and what was joined."""
        return [classes_fact(self.names, self.order), *joined_facts(self.joined)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """The columns of a matrix of probabilities. what: the matrix in messages. named: names in the file.

    option: the classes of `--classes`. labels: the file of labels in messages. guess: whether classes without
    names may be those of the labels in order; False if nothing could show that the guess is wrong.
    """

    what: str
    count: int
    named: Sequence[str] | None = None
    option: Sequence[str] | None = None
    labels: str = "labels"
    join: bool = False
    guess: bool = True

    def classes_of(self, labels: Sequence[str]) -> ColumnClasses:
        """Return the classes of the columns. labels: their distinct names. Raises BadInput.

        Names come from `--classes`, else from the file. Without both, labels that are whole numbers from 0 to
        the number of columns, exclusively, are numbers of columns; other labels name the columns in order if
        they are as many.
        """
        if self.option is not None:
            return self._named(labels, self._checked_option(self.option), "in the order of --classes")
        if self.named is not None and not (_is_counted(self.named) and not set(labels) <= set(self.named)):
            return self._by_file(labels, list(self.named))
        return self._by_labels(labels)

    def _checked_option(self, names: Sequence[str]) -> list[str]:
        distinct = list(dict.fromkeys(names))
        if len(names) != self.count or len(distinct) != self.count:
            twice = sorted({name for name in names if names.count(name) > 1})
            again = f" ({twice[0]!r} is repeated)" if twice else ""
            raise self._wrong_count(len(distinct), again)
        if self.named is not None and set(self.named) == set(names) and list(self.named) != list(names):
            raise BadInput(
                f"{self.what} names its columns {shown_names(self.named)}: leave --classes out",
                field="classes",
            )
        return distinct

    def _by_file(self, labels: Sequence[str], names: list[str]) -> ColumnClasses:
        if not set(labels) & set(names):
            short = _without_affixes(names)
            if labels and set(labels) <= set(short):
                return self._named(labels, short, "by the names of the columns", by_file=True)
        return self._named(labels, names, "by the names of the columns", by_file=True)

    def _named(
        self, labels: Sequence[str], names: list[str], order: str, *, by_file: bool = False
    ) -> ColumnClasses:
        match = match_names(labels, names, join=self.join)
        if match.missing:
            there = self.what if by_file or self.option is None else "--classes"
            label = min(match.missing, key=lambda name: (name not in match.partners, name))
            alike = f" ({match.partners[label]!r} in {there})" if label in match.partners else ""
            count = f", like {len(match.missing) - 1:,} more" if len(match.missing) > 1 else ""
            other = ", or name the columns with --classes" if by_file else ""
            raise BadInput(
                f"{self.labels}: label {label!r}{alike} has no column of probabilities{count}: "
                f"the columns are {shown_names(names)}: {match.way_to_mend('names')}{other}"
            )
        column = {name: index for index, name in enumerate(names)}
        index = {label: column[match.joined.get(label, label)] for label in labels}
        return ColumnClasses(names=names, order=order, index=index, joined=match.joined, named=by_file)

    def _by_labels(self, labels: Sequence[str]) -> ColumnClasses:
        numbers = column_numbers(labels, self.count)
        if numbers:
            self._refuse_twins(numbers)
            names = _names_of_numbers(numbers, self.count)
            return ColumnClasses(names=names, order="in numeric order", index=numbers, joined={})
        if len(labels) != self.count or not self.guess:
            raise self._wrong_count(len(labels), f" in {self.labels}")
        names = ordered_classes(labels)
        numeric = all(as_number(name) is not None for name in names)
        order = "in numeric order" if numeric else "in alphabetical order"
        index = {name: column for column, name in enumerate(names)}
        return ColumnClasses(names=names, order=order, index=index, joined={})

    def _refuse_twins(self, numbers: Mapping[str, int]) -> None:
        spelling: dict[int, str] = {}
        for name, column in numbers.items():
            if spelling.setdefault(column, name) != name and not self.join:
                raise BadInput(
                    f"{self.labels}: {spelling[column]!r} and {name!r} are one number: "
                    "write them alike, or join them with --join-spellings"
                )

    def _wrong_count(self, classes: int, about: str) -> BadInput:
        is_or_are = "is" if classes == 1 else "are"
        there = f"there {is_or_are} {format_count(classes, 'class', 'classes')}{about}"
        fault = f"{self.what} has {format_count(self.count, 'column')}, but {there}"
        if classes == self.count:
            fault = f"{self.what} does not name its {format_count(self.count, 'column')}"
        return BadInput(
            f"{fault}: give the classes in the order of the columns, cat,dog,..., or a file with one a line",
            field="classes",
        )


def classes_option(names: Sequence[str]) -> str:
    """Return the option `--classes` for a shell: names with commas are quoted."""
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow(names)
    return f"--classes {shlex.quote(line.getvalue())}"


def _is_counted(names: Sequence[str]) -> bool:
    """Return whether names only count the columns: 0, 1, 2 or p_1, p_2, p_3."""
    tails = [name[len(name.rstrip("0123456789")) :] for name in names]
    heads = {name[: len(name) - len(tail)] for name, tail in zip(names, tails, strict=True)}
    if len(heads) != 1 or not all(tails):
        return False
    numbers = [int(tail) for tail in tails]
    return numbers == list(range(numbers[0], numbers[0] + len(numbers))) and numbers[0] in (0, 1)


def _without_affixes(names: Sequence[str]) -> list[str]:
    """Return the names without what all of them begin and end with: prob_cat and prob_dog are cat and dog."""
    head = _common_start(names)
    cut = max((head.rfind(mark) + 1 for mark in "_-.:/( "), default=0)
    names = [name[cut:] for name in names]
    tail = _common_start([name[::-1] for name in names])
    end = max((tail.rfind(mark) + 1 for mark in "_-.:/) "), default=0)
    return [name[: len(name) - end] for name in names]


def _common_start(names: Sequence[str]) -> str:
    first, last = min(names), max(names)
    length = next((i for i, letter in enumerate(first) if i >= len(last) or letter != last[i]), len(first))
    return first[:length]


def _names_of_numbers(numbers: Mapping[str, int], columns: int) -> list[str]:
    """Return a name for each column, in the form of the labels: 0, 0.0 or 00."""
    form = next(iter(numbers))
    _, point, decimals = form.partition(".")
    width = len(form) if form[0] == "0" and not point and len(form) > 1 else 0
    names = [f"{column:0{width}d}{point}{decimals}" for column in range(columns)]
    for name, column in numbers.items():
        names[column] = name
    return names
