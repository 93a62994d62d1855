"""Commands without an address use the stack that runs on this machine."""

import os
import subprocess
from pathlib import Path

import pytest

from shoal.command_line.running_stack import ADDRESSES, running_stack, use_running_stack
from shoal_local.exports import exported_variables, forget_own_broker, write_exports

KAFKA = {
    "SHOAL_KAFKA_BOOTSTRAP": "127.0.0.1:21001",
    "SHOAL_KAFKA_IDEMPOTENCE": "false",
    "SHOAL_KAFKA_SESSION_TIMEOUT_MS": "6000",
    "SHOAL_POSTGRES_DSN": "postgresql://127.0.0.1:1/shoal",
}


@pytest.fixture(autouse=True)
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Start with an empty cache folder whose name needs quotes, and without addresses."""
    monkeypatch.setattr(os, "environ", {**os.environ, "SHOAL_CACHE": str(tmp_path / "my cache")})
    for name in [name for name in os.environ if name in ADDRESSES or name in KAFKA]:
        os.environ.pop(name)


def stack_at(port: int, folder: Path, kafka: dict[str, str] | None = None) -> Path:
    path = folder / "my cache" / "stacks" / f"{port}-x"
    path.mkdir(parents=True)
    urls = {"ingest": f"http://127.0.0.1:{port}", "qa": f"http://127.0.0.1:{port + 1}"}
    admin = {"embedder": f"http://127.0.0.1:{port + 2}"}
    return write_exports(path, exported_variables(urls, admin, KAFKA if kafka is None else kafka))


def test_without_a_stack_nothing_changes() -> None:
    before = dict(os.environ)
    use_running_stack()
    assert dict(os.environ) == before


def test_the_newest_stack_gives_its_addresses(tmp_path: Path) -> None:
    older, newer = stack_at(20_001, tmp_path), stack_at(20_101, tmp_path)
    os.utime(older, (1, 1))
    use_running_stack()
    assert os.environ["SHOAL_INGEST_URL"] == "http://127.0.0.1:20101"
    assert os.environ["SHOAL_EMBEDDER_ADMIN_URL"] == "http://127.0.0.1:20103"
    assert os.environ["SHOAL_KAFKA_BOOTSTRAP"] == "127.0.0.1:21001"
    assert os.environ["SHOAL_CACHE"] == str(tmp_path / "my cache")
    newer.unlink()
    assert running_stack()["SHOAL_INGEST_URL"] == "http://127.0.0.1:20001"


@pytest.mark.parametrize("name", ADDRESSES)
def test_an_address_in_the_environment_keeps_the_stack_away(name: str, tmp_path: Path) -> None:
    stack_at(20_001, tmp_path)
    os.environ[name] = "elsewhere:1"
    use_running_stack()
    assert [os.environ.get(other) for other in ADDRESSES if other != name] == [None] * 4


def test_a_shell_reads_what_commands_read(tmp_path: Path) -> None:
    file = stack_at(20_001, tmp_path)
    script = f'source "{file}"; echo "$SHOAL_QA_URL|$SHOAL_CACHE"'
    run = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == f"http://127.0.0.1:20002|{tmp_path / 'my cache'}"


def test_the_file_holds_no_database_and_no_password(tmp_path: Path) -> None:
    text = stack_at(20_001, tmp_path).read_text()
    assert "postgres" not in text
    assert "PASSWORD" not in text


def test_a_stack_in_the_same_shell_does_not_take_the_earlier_stack_s_broker(tmp_path: Path) -> None:
    stack_at(20_001, tmp_path)
    use_running_stack()
    forget_own_broker()
    assert not [name for name in os.environ if name.startswith("SHOAL_KAFKA_")]


def test_a_broker_that_the_user_named_stays(tmp_path: Path) -> None:
    stack_at(20_001, tmp_path)
    use_running_stack()
    os.environ["SHOAL_KAFKA_BOOTSTRAP"] = "kafka.example:9092"
    forget_own_broker()
    assert os.environ["SHOAL_KAFKA_BOOTSTRAP"] == "kafka.example:9092"


def test_an_external_kafka_of_a_stack_stays_external(tmp_path: Path) -> None:
    stack_at(20_001, tmp_path, {"SHOAL_KAFKA_BOOTSTRAP": "kafka.example:9092"})
    use_running_stack()
    forget_own_broker()
    assert os.environ["SHOAL_KAFKA_BOOTSTRAP"] == "kafka.example:9092"
