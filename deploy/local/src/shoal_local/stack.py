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

from shoal_local import leftovers, places
from shoal_local.process import MARK
from shoal_local.servers.apache import ApacheBroker
from shoal_local.servers.broker import TansuBroker
from shoal_local.servers.postgres import PostgresServer
from shoal_local.servers.qdrant.server import QdrantServer

# Short sessions: who is killed on one machine comes back at once, and must not wait for its own ghost. The
# embedded broker also holds everybody who joins a group for half a session, and refuses idempotent producers.
_OWN = {"SHOAL_KAFKA_SESSION_TIMEOUT_MS": "6000"}
_TANSU = {"SHOAL_KAFKA_IDEMPOTENCE": "false"}


class Server(Protocol):
    """One part of the stack."""

    def start(self) -> None:
        """Start it and wait until it answers."""

    def stop(self) -> None:
        """Stop it."""


class Stack:
    """Starts what the environment does not name, and ends all of it when its owner ends, however that is.

    SHOAL_KAFKA_BOOTSTRAP, SHOAL_POSTGRES_DSN and SHOAL_QDRANT_URL name servers to use instead of own ones;
    SHOAL_KAFKA=apache has the own broker be Apache Kafka. `wanted`: the parts to have. `secured`: Apache Kafka opens
    listeners with SASL and TLS as well.
    """

    def __init__(
        self,
        *,
        servers: frozenset[str] = frozenset({"kafka", "postgres", "qdrant"}),
        secured: bool = False,
    ) -> None:
        self.path = places.stack_folder() / f"{os.getpid()}-{secrets.token_hex(4)}"
        self.environment: dict[str, str] = {}
        self._servers: dict[str, Server] = {}
        self._wanted = servers
        self._secured = secured
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
        """Return which broker it is, for people."""
        broker = self._servers.get("kafka")
        if broker is None:
            return "Kafka (given)"
        return "Apache Kafka" if isinstance(broker, ApacheBroker) else "Tansu (log in memory)"

    @property
    def servers(self) -> Mapping[str, Server]:
        """Return the own servers by part; those that the environment names are not among them."""
        return self._servers

    def start(self) -> None:
        """Start everything at once; raises StartFailed, having stopped what was started."""
        sweep_stacks()
        self.path.mkdir(parents=True)
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
        """Stop everything, and remove its folder."""
        for server in self._servers.values():
            server.stop()
        leftovers.end_processes(self.path)
        if self._watchdog is not None:
            self._watchdog.communicate()  # ends its input, waits for its end
            self._watchdog = None
        for folder in self._disposable:
            shutil.rmtree(folder, ignore_errors=True)

    def _make(self) -> None:
        if "kafka" in self._wanted:
            self._kafka()
        if "postgres" in self._wanted:
            self._postgres()
        if "qdrant" in self._wanted:
            self._qdrant()

    def _kafka(self) -> None:
        if _pop_address(self.environment, "SHOAL_KAFKA_BOOTSTRAP"):
            return
        if os.environ.get("SHOAL_KAFKA") == "apache":
            broker: ApacheBroker | TansuBroker = ApacheBroker(
                self.path, places.cache_folder() / "kafka", secured=self._secured
            )
        else:
            broker = TansuBroker(self.path)
            self.environment |= _TANSU
        self.environment |= _OWN
        self._servers["kafka"] = broker
        self.environment["SHOAL_KAFKA_BOOTSTRAP"] = broker.bootstrap

    def _postgres(self) -> None:
        if _pop_address(self.environment, "SHOAL_POSTGRES_DSN"):
            return
        server = PostgresServer(self.path)
        self._servers["postgres"] = server
        self._disposable.append(server.data)  # elsewhere when the account nobody cannot enter the folder
        self.environment["SHOAL_POSTGRES_DSN"] = server.dsn

    def _qdrant(self) -> None:
        if _pop_address(self.environment, "SHOAL_QDRANT_URL"):
            port = os.environ.get("SHOAL_QDRANT_GRPC_PORT", "6334")
            self.environment["SHOAL_QDRANT_GRPC_PORT"] = port
            return
        server = QdrantServer(self.path)
        self._servers["qdrant"] = server
        self.environment["SHOAL_QDRANT_URL"] = server.url
        self.environment["SHOAL_QDRANT_GRPC_PORT"] = str(server.grpc_port)

    def _describe(self) -> None:
        """Write who owns the folder: what finds a stack whose owner was killed."""
        me = psutil.Process()
        folders = [str(folder) for folder in self._disposable]
        facts = {"owner": me.pid, "created": me.create_time(), "disposable": folders}
        (self.path / "stack.json").write_text(json.dumps({**facts, "environment": self.environment}))

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
            continue  # being written, or being removed
        if leftovers.is_alive(facts["owner"], facts["created"]):
            continue
        leftovers.end_processes(folder)
        for path in facts["disposable"]:
            shutil.rmtree(path, ignore_errors=True)
        swept += 1
    return swept


def _pop_address(environment: dict[str, str], name: str) -> bool:
    """Take a server's address from this process's environment; tell whether there was one."""
    address = os.environ.get(name)
    if address:
        environment[name] = address
    return bool(address)
