"""Rows of a table that cannot be used: what is wrong with them, and how that is told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from shoal.wording import format_count

SHOWN = 10  # rows in a message


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a row. detail: follows the row's place, such as ": task is empty"."""

    detail: str
    fix: str


@dataclass(frozen=True, slots=True)
class SkippedRow:
    """A row, or another item of a file, that was left out."""

    file: Path
    position: str
    reason: str


Faults = Mapping[int, Fault]


def faults_message(places: Sequence[str], faults: Sequence[Fault], *, skippable: bool = True) -> str:
    """Return one line about rows that cannot be used, which follows the file's name.

    places: where the rows are. All of them are counted, the first ones are named. skippable: whether the
    option --skip-bad helps.
    """
    first = f", {places[0]}{faults[0].detail}"
    if len(faults) == 1:
        return f"{first}: {faults[0].fix}{' (--skip-bad leaves the row out)' if skippable else ''}"
    more = _list_faults(places[1:SHOWN], faults[1:SHOWN])
    rest = f"; and {len(faults) - SHOWN:,} more" if len(faults) > SHOWN else ""
    fixes = "; ".join(dict.fromkeys(fault.fix for fault in faults[:SHOWN]))
    skip = " (--skip-bad leaves the rows out)" if skippable else ""
    return f"{first}; {more}{rest}: {len(faults):,} rows cannot be used: {fixes}{skip}"


def skipped_fact(rows: Sequence[SkippedRow]) -> str:
    """Return a phrase for the summary of a file: how many rows were left out, and why."""
    if not rows:
        return ""
    shown = "; ".join(f"{row.position}: {row.reason}" for row in rows[:SHOWN])
    rest = f"; and {len(rows) - SHOWN:,} more" if len(rows) > SHOWN else ""
    return f"{format_count(len(rows), 'row')} left out ({shown}{rest})"


def reason_of(fault: Fault) -> str:
    """Return what is wrong with a row, as a phrase that stands alone."""
    return fault.detail.removeprefix(":").strip()


def _list_faults(places: Sequence[str], faults: Sequence[Fault]) -> str:
    return "; ".join(f"{position}{fault.detail}" for position, fault in zip(places, faults, strict=True))
