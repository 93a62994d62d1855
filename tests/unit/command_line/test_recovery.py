"""`shoal topics recover` and `rewind` refuse what they cannot do, before they open a connection."""

import pytest
from typer.testing import CliRunner

from shoal.command_line.main import command_line

SERVICE = ("topics", "recover", "qa", "--dsn", "postgresql://nowhere", "--since")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((*SERVICE, "yesterday"), "'yesterday' is no time; write 2026-01-31T03:00:00Z"),
        ((*SERVICE, "2026-01-31T03:00"), "has no time zone"),
        (("topics", "rewind", "--since", "2026-01-31"), "has no time zone"),
        (("topics", "recover", "embedder", *SERVICE[3:], "2026-01-31T03:00:00Z"), "has no tables to recover"),
        (("topics", "rewind"), "--since"),
    ],
)
def test_wrong_arguments_are_named(arguments: tuple[str, ...], message: str) -> None:
    result = CliRunner().invoke(command_line(arguments), arguments, env={"COLUMNS": "200", "TERM": "dumb"})
    assert result.exit_code == 2
    assert message in result.output
