"""With passwords, the embedded servers answer their services only, and nothing shows a secret."""

import os
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import psutil
import pytest

from shoal_local.announcement import without_password
from shoal_local.leftovers import processes_of
from shoal_local.servers.qdrant.server import qdrant_answers
from shoal_local.stack import Stack

pytestmark = pytest.mark.servers


@pytest.fixture(scope="module")
def locked() -> Iterator[Stack]:
    with pytest.MonkeyPatch.context() as patch:
        for name in ("SHOAL_POSTGRES_DSN", "SHOAL_QDRANT_URL"):
            patch.delenv(name, raising=False)
        with Stack(servers=frozenset({"postgres", "qdrant"}), passwords=True) as stack:
            yield stack


async def test_postgresql_asks_for_its_password(locked: Stack) -> None:
    connection = await asyncpg.connect(locked.postgres_dsn)
    await connection.close()
    for address in (without_password(locked.postgres_dsn), locked.postgres_dsn.replace("@", "x@")):
        with pytest.raises((asyncpg.InvalidPasswordError, asyncpg.InvalidAuthorizationSpecificationError)):
            await asyncpg.connect(address)


def test_the_vector_store_asks_for_its_key(locked: Stack) -> None:
    port, key = int(locked.environment["SHOAL_QDRANT_GRPC_PORT"]), locked.environment["SHOAL_QDRANT_API_KEY"]
    assert qdrant_answers(port, key)
    assert not qdrant_answers(port)
    assert not qdrant_answers(port, key + "x")


def test_no_command_line_holds_a_secret(locked: Stack) -> None:
    password = locked.postgres_dsn.split(":")[2].partition("@")[0]
    lines = [" ".join(process.cmdline()) for process in processes_of(locked.path)]
    assert len(lines) >= 2
    assert not [
        line for line in lines if password in line or locked.environment["SHOAL_QDRANT_API_KEY"] in line
    ]


def test_files_of_a_stack_are_its_owners(locked: Stack) -> None:
    assert locked.path.stat().st_mode & 0o777 == 0o700
    files = [path for path in locked.path.rglob("*") if path.is_file()]
    assert files
    assert {oct(path.stat().st_mode & 0o077) for path in files} == {"0o0"}


def test_servers_listen_on_loopback(locked: Stack) -> None:
    addresses = {
        connection.laddr.ip
        for process in [*processes_of(locked.path), psutil.Process(os.getpid())]
        for connection in process.net_connections("inet")
        if connection.status == psutil.CONN_LISTEN
    }
    assert addresses <= {"127.0.0.1", "::ffff:127.0.0.1"}


def test_stack_files_name_no_secret(locked: Stack) -> None:
    text = Path(locked.path / "stack.json").read_text()
    assert "postgresql" not in text
    assert locked.environment["SHOAL_QDRANT_API_KEY"] not in text


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("postgresql://a:secret@db:5432/shoal", "postgresql://a@db:5432/shoal"),
        ("postgresql://a:s/e:c@db/shoal", "postgresql://a@db/shoal"),
        ("postgresql://a@db/shoal", "postgresql://a@db/shoal"),
        ("postgresql://db:5432/shoal", "postgresql://db:5432/shoal"),
    ],
)
def test_an_address_is_shown_without_its_password(address: str, shown: str) -> None:
    assert without_password(address) == shown
