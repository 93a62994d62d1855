"""The embedded stack: a Kafka broker, PostgreSQL and Qdrant's engine as child processes of this one."""

import json
import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

import psutil

from shoal.cache import cache_folder
from shoal_local import leftovers, places
from shoal_local.exports import forget_own_broker
from shoal_local.process import MARK, write_private
from shoal_local.servers.apache import ApacheBroker
from shoal_local.servers.broker import TansuBroker
from shoal_local.servers.postgres import PostgresServer
from shoal_local.servers.qdrant.server import QdrantServer

# Sessions are short: a service killed on this machine restarts at once, and would otherwise wait for its
# old session. The embedded broker also delays every consumer that joins a group by half a session, and
# refuses idempotent producers.
_SHORT_SESSIONS = {"SHOAL_KAFKA_SESSION_TIMEOUT_MS": "6000"}
_TANSU = {"SHOAL_KAFKA_IDEMPOTENCE": "false"}


class Server(Protocol):
    """One part of the stack."""

    def start(self) -> None:
        """Start it and wait until it answers."""

    def stop(self) -> None:
        """Stop it."""


class Stack:
    """Starts the servers that the environment does not name, and ends them when their owner ends in any way.

    SHOAL_KAFKA_BOOTSTRAP, SHOAL_POSTGRES_DSN and SHOAL_QDRANT_URL name running servers to use instead;
    SHOAL_KAFKA=apache starts Apache Kafka in place of the embedded broker. servers: the servers to have.
    secured: Apache Kafka also opens listeners with SASL and TLS, there also for `users`, with rights of their
    own. passwords: PostgreSQL and Qdrant answer only clients with a password, which is in `environment`.
    Folders and files are their owner's only.
    """

    def __init__(
        self,
        *,
        servers: frozenset[str] = frozenset({"kafka", "postgres", "qdrant"}),
        secured: bool = False,
        users: tuple[str, ...] = (),
        passwords: bool = False,
    ) -> None:
        self.path = places.stack_folder() / f"{os.getpid()}-{secrets.token_hex(4)}"
        self.environment: dict[str, str] = {}
        self._servers: dict[str, Server] = {}
        self._parts = servers
        self._secured = secured
        self._users = users
        self._passwords = passwords
        self._disposable = [self.path]
        self._watchdog: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "Stack":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def kafka_bootstrap(self) -> str:
        """Return the broker's address."""
        return self.environment["SHOAL_KAFKA_BOOTSTRAP"]

    @property
    def postgres_dsn(self) -> str:
        """Return the database's address."""
        return self.environment["SHOAL_POSTGRES_DSN"]

    @property
    def kafka_name(self) -> str:
        """Return the broker's name for display."""
        broker = self._servers.get("kafka")
        if broker is None:
            return "Kafka (external)"
        return "Apache Kafka" if isinstance(broker, ApacheBroker) else "Tansu (log in memory)"

    @property
    def servers(self) -> Mapping[str, Server]:
        """Return the servers that this stack started, by name; external servers are absent."""
        return self._servers

    def start(self) -> None:
        """Start all servers at once. On StartFailed, those that started are stopped."""
        sweep_stacks()
        self.path.mkdir(parents=True, mode=0o700)
        self._make()
        self._describe()
        self._watch()
        try:
            with ThreadPoolExecutor(len(self._servers) or 1) as pool:
                for started_server in [pool.submit(server.start) for server in self._servers.values()]:
                    started_server.result()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop all servers and remove the stack's folder."""
        for server in self._servers.values():
            server.stop()
        leftovers.end_processes(self.path)
        if self._watchdog is not None:
            self._watchdog.communicate()  # closes its input and waits for it to end
            self._watchdog = None
        for folder in self._disposable:
            shutil.rmtree(folder, ignore_errors=True)

    def _make(self) -> None:
        if "kafka" in self._parts:
            self._kafka()
        if "postgres" in self._parts:
            self._postgres()
        if "qdrant" in self._parts:
            self._qdrant()

    def _kafka(self) -> None:
        forget_own_broker()
        if _pop_address(self.environment, "SHOAL_KAFKA_BOOTSTRAP"):
            return
        if os.environ.get("SHOAL_KAFKA") == "apache":
            broker: ApacheBroker | TansuBroker = ApacheBroker(
                self.path, cache_folder() / "kafka", secured=self._secured, users=self._users
            )
        else:
            broker = TansuBroker(self.path)
            self.environment |= _TANSU
        self.environment |= _SHORT_SESSIONS
        self._servers["kafka"] = broker
        self.environment["SHOAL_KAFKA_BOOTSTRAP"] = broker.bootstrap

    def _postgres(self) -> None:
        if _pop_address(self.environment, "SHOAL_POSTGRES_DSN"):
            return
        server = PostgresServer(self.path, secrets.token_urlsafe(24) if self._passwords else None)
        self._servers["postgres"] = server
        self._disposable.append(server.data)  # outside the folder if the account "nobody" cannot enter it
        self.environment["SHOAL_POSTGRES_DSN"] = server.dsn

    def _qdrant(self) -> None:
        if _pop_address(self.environment, "SHOAL_QDRANT_URL"):
            port = os.environ.get("SHOAL_QDRANT_GRPC_PORT", "6334")
            self.environment["SHOAL_QDRANT_GRPC_PORT"] = port
            return
        key = secrets.token_urlsafe(24) if self._passwords else None
        server = QdrantServer(self.path, key)
        if key is not None:
            self.environment["SHOAL_QDRANT_API_KEY"] = key
        self._servers["qdrant"] = server
        self.environment["SHOAL_QDRANT_URL"] = server.url
        self.environment["SHOAL_QDRANT_GRPC_PORT"] = str(server.grpc_port)

    def _describe(self) -> None:
        """Write stack.json, which names the folder's owner for `sweep_stacks`."""
        me = psutil.Process()
        folders = [str(folder) for folder in self._disposable]
        facts = {"owner": me.pid, "created": me.create_time(), "disposable": folders}
        write_private(self.path / "stack.json", json.dumps(facts))

    def _watch(self) -> None:
        command = [sys.executable, "-m", "shoal_local.watchdog", str(self.path), *map(str, self._disposable)]
        self._watchdog = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            start_new_session=True,
            env={name: value for name, value in os.environ.items() if name != MARK},
        )


def sweep_stacks() -> int:
    """End stacks whose owners are gone, and remove their folders; return how many there were."""
    swept = 0
    for folder in list(leftovers.stack_directories(places.stack_folder())):
        try:
            facts = json.loads((folder / "stack.json").read_text())
        except (OSError, ValueError):
            continue  # it is just being written or removed
        if leftovers.is_alive(facts["owner"], facts["created"]):
            continue
        leftovers.end_processes(folder)
        for path in facts["disposable"]:
            shutil.rmtree(path, ignore_errors=True)
        swept += 1
    return swept


def _pop_address(environment: dict[str, str], name: str) -> bool:
    """Copy a server's address from this process's environment; return whether there is one."""
    address = os.environ.get(name)
    if address:
        environment[name] = address
    return bool(address)
