"""`shoal`: every package's commands are there, and their help needs no running stack."""

import pytest
from typer.testing import CliRunner

from shoal.command_line.main import command_line

COMMANDS = ["demo", "dlq", "down", "embedder", "ingest", "labeling-gateway", "qa", "sampler", "topics", "up"]


def test_the_help_names_every_command() -> None:
    shown = CliRunner().invoke(command_line([]), ["--help"], env={"COLUMNS": "120"})
    assert shown.exit_code == 0, shown.output
    for name in COMMANDS:
        assert name in shown.output


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_is_found_by_its_name(name: str) -> None:
    shown = CliRunner().invoke(command_line([name]), [name, "--help"] if name in _groups() else ["--help"])
    assert shown.exit_code == 0, shown.output


def _groups() -> set[str]:
    return {"dlq", "embedder", "ingest", "labeling-gateway", "qa", "sampler", "topics"}


def test_the_version() -> None:
    assert CliRunner().invoke(command_line(["--version"]), ["--version"]).output.startswith("shoal ")


@pytest.mark.parametrize(
    "arguments",
    [
        ["ingest", "project", "x"],
        ["sampler", "campaigns", "x"],
        ["qa", "metrics", "x"],
        ["labeling-gateway", "status", "x"],
    ],
)
def test_a_service_that_does_not_answer(arguments: list[str]) -> None:
    result = CliRunner().invoke(command_line(arguments), [*arguments, "--url", "http://127.0.0.1:9"])
    assert result.exit_code == 1
    assert "does not answer" in result.output
