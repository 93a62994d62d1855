"""`shoal topics recover` says in one line what is away."""

from typer.testing import CliRunner

from shoal.catalog.cli import app
from shoal_local.ports import HOST, free_port


def test_recovery_without_postgresql_ends_with_one_line(kafka_bootstrap: str) -> None:
    nowhere = f"postgresql://nobody@{HOST}:{free_port()}/none"
    arguments = ["recover", "qa", "--dsn", nowhere, "--since", "2026-01-31T03:00:00Z"]
    result = CliRunner().invoke(app, arguments, env={"SHOAL_KAFKA_BOOTSTRAP": kafka_bootstrap})
    assert result.exit_code == 1
    (line,) = result.stderr.splitlines()
    assert line.startswith("error: PostgreSQL is unavailable: ")
