"""Continuous archiving of PostgreSQL: a base backup and the log, from which any later moment comes back."""

import asyncio
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import asyncpg

from e2e.own_stack.test_restore import run_tool
from shoal_local.servers.postgres import PostgresServer


class Archive:
    """What docs/operations.md keeps of a database: a base backup, and every segment of its log since."""

    def __init__(self, server: PostgresServer, folder: Path) -> None:
        self._server = server
        self._base, self._log = folder / "base", folder / "log"

    def start_archiving(self) -> None:
        """Restart the server with an archive, and take a base backup."""
        self._log.mkdir()
        self._give(self._log)
        self._server.stop()
        options = ("archive_mode=on", f"archive_command=cp %p {self._log}/%f")
        more = [part for option in options for part in ("-c", option)]
        self._server.child = replace(self._server.child, command=[*self._server.child.command, *more])
        self._server.start()
        run_tool("pg_basebackup", self._server.dsn, f"--pgdata={self._base}", "--wal-method=fetch")

    def restore_moment(self, moment: str) -> None:
        """Replace the server's data by those of a moment."""
        self._server.stop()
        shutil.rmtree(self._server.data)
        shutil.copytree(self._base, self._server.data)
        settings = {
            "restore_command": f"cp {self._log}/%f %p",
            "recovery_target_time": moment,
            "recovery_target_action": "promote",
        }
        with (self._server.data / "postgresql.auto.conf").open("a") as file:
            file.writelines(f"{name} = '{value}'\n" for name, value in settings.items())
        (self._server.data / "recovery.signal").touch()
        self._give(self._server.data)
        self._server.start()
        asyncio.run(end_recovery(self._server.dsn))

    def _give(self, folder: Path) -> None:
        """Let the server's account own a folder; it refuses data that others may read."""
        folder.chmod(0o700)
        if self._server.user:
            subprocess.run(["chown", "-R", self._server.user, folder], check=True, timeout=300)


async def end_recovery(dsn: str) -> None:
    """Wait until a server that replays its log takes writes."""
    connection = await asyncpg.connect(dsn)
    try:
        async with asyncio.timeout(240):
            while await connection.fetchval("SELECT pg_is_in_recovery()"):
                await asyncio.sleep(0.1)
    finally:
        await connection.close()


async def read_moment(dsn: str) -> str:
    """Return the present time of a database, and close the segment of the log that has it."""
    connection = await asyncpg.connect(dsn)
    try:
        moment: str = await connection.fetchval("SELECT clock_timestamp()::text")
        await connection.execute("SELECT pg_switch_wal()")
    finally:
        await connection.close()
    return moment


@contextmanager
def archive_folder() -> Iterator[Path]:
    """Yield a folder that the account of PostgreSQL can enter; pytest's own are closed to it."""
    folder = Path(tempfile.mkdtemp(prefix="shoal-archive-"))
    folder.chmod(0o711)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=os.geteuid() != 0)
