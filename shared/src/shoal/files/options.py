"""How a command reads tables."""

from dataclasses import dataclass, field

from shoal.files.faults import SkippedRow


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadOptions:
    """Options of the reader, the same for all tables of a command.

    encoding: Python's name of the codec of text files without a byte order mark; UTF-8 by default. skip_bad:
    leave rows out that cannot be used, instead of refusing the file. missing: texts that mean an empty cell.
    join_spellings: count labels as one class that differ only in their spelling. skipped: collects the rows
    that were left out of all tables.
    """

    encoding: str | None = None
    skip_bad: bool = False
    missing: tuple[str, ...] = ()
    join_spellings: bool = False
    skipped: list[SkippedRow] = field(default_factory=list, compare=False)


PLAIN = ReadOptions()
