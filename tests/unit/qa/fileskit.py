"""Files of votes in the working folder, and the commands over them."""

import csv
from collections.abc import Sequence
from pathlib import Path

from typer.testing import CliRunner

from shoal.command_line.main import command_line
from unit.qa.crowds import Crowd

CLASSES = ("cat", "dog", "eel")


def run(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(command_line(["qa", *arguments]), ["qa", *arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.stdout, " ".join(result.stderr.split())


def rows_of(file: str) -> list[dict[str, str]]:
    with Path(file).open(newline="") as lines:
        return list(csv.DictReader(lines))


def write(file: str, header: str, rows: Sequence[Sequence[object]]) -> None:
    with Path(file).open("w", newline="") as lines:
        csv.writer(lines).writerows([header.split(","), *rows])


def votes_of(crowd: Crowd) -> list[tuple[str, str, str]]:
    columns = zip(crowd.task, crowd.annotator, crowd.label, strict=True)
    return [(f"t{task:03}", f"w{who:02}", CLASSES[label]) for task, who, label in columns]
