"""Apache Kafka, fetched once with Maven and run as a single KRaft node with its log on disk."""

import fcntl
import shutil
import subprocess
import uuid
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from pathlib import Path

from shoal_local.ports import HOST, free_port
from shoal_local.process import Child, StartFailed
from shoal_local.servers.broker import broker_answers, find_program
from shoal_local.servers.secured import Secured

VERSION = "4.1.0"
_ARTIFACTS = (
    ("org.apache.kafka", "kafka_2.13", VERSION),
    ("org.apache.kafka", "kafka-tools", VERSION),
    ("org.apache.logging.log4j", "log4j-slf4j-impl", "2.24.3"),
)
_FETCH_S = 300


class ApacheBroker:
    """A broker that takes three seconds to start and keeps its log in the stack's directory.

    secured: also open listeners with SASL and TLS. users: more users there, who have only the rights that
    they are given; the log then names every request that is denied.
    """

    durable = True
    idempotent = True

    def __init__(
        self, stack: Path, cache: Path, *, secured: bool = False, users: tuple[str, ...] = ()
    ) -> None:
        self.port = free_port()
        self._home = stack / "kafka"
        self.secured = Secured(folder=self._home / "secured", users=users) if secured else None
        self._cache = cache
        self._properties = self._home / "server.properties"
        self._java = [find_program("java", "default-jre-headless"), "-Xmx512m", "-cp"]
        self._java.append(str(cache / f"kafka-{VERSION}" / "*"))
        command = [*self._java, "kafka.Kafka", str(self._properties)]
        command[1:1] = ["-Dlog4j2.level=INFO"] if users else []
        self.child = Child(name="broker", command=command, stack=stack, log=stack / "logs" / "broker.log")

    @property
    def bootstrap(self) -> str:
        """Return the bootstrap address for Kafka clients."""
        return f"{HOST}:{self.port}"

    def start(self) -> None:
        """Fetch Kafka if necessary, format a new log, and start. Raises StartFailed."""
        fetch_kafka(self._cache)
        self._home.mkdir(parents=True, exist_ok=True)
        if self.secured is not None and not self.secured.certificate.exists():
            self.secured.certify()
        self._properties.write_text(self._configuration())
        if not (self._home / "log" / "meta.properties").exists():
            self._format()
        self.child.start()
        self.child.wait_until(lambda: broker_answers(self.port))

    def stop(self) -> None:
        """Stop the broker; its log stays in the stack's directory."""
        self.child.stop(grace_s=20)

    def _format(self) -> None:
        more = ["--add-scram", self.secured.scram] if self.secured else []
        format_log(self._java, self._properties, cluster_id(uuid.uuid4()), more)

    def _configuration(self) -> str:
        controller = free_port()
        more = self.secured.listeners if self.secured else []
        clients = [f"PLAINTEXT://{HOST}:{self.port}", *more]
        names = [listener.split(":")[0] for listener in clients]
        lines = {
            "process.roles": "broker,controller",
            "node.id": "1",
            "controller.quorum.voters": f"1@{HOST}:{controller}",
            "controller.listener.names": "CONTROLLER",
            "listeners": ",".join([*clients, f"CONTROLLER://{HOST}:{controller}"]),
            "advertised.listeners": ",".join(clients),
            "listener.security.protocol.map": ",".join(
                [*(f"{name}:{name}" for name in names), "CONTROLLER:PLAINTEXT"]
            ),
            "log.dirs": str(self._home / "log"),
            "auto.create.topics.enable": "false",
            "group.initial.rebalance.delay.ms": "0",
            "offsets.topic.replication.factor": "1",
            "offsets.topic.num.partitions": "4",
            "transaction.state.log.replication.factor": "1",
            "transaction.state.log.min.isr": "1",
            "share.coordinator.state.topic.replication.factor": "1",
            "share.coordinator.state.topic.min.isr": "1",
        }
        lines |= self.secured.properties() if self.secured else {}
        return "".join(f"{key}={value}\n" for key, value in lines.items())


def format_log(java: Sequence[str], properties: Path, cluster: str, more: Sequence[str] = ()) -> None:
    """Format a new log for a node of the cluster with this id. Raises StartFailed.

    java: the command up to Kafka's classes. properties: the node's server.properties. more: options of the
    tool.
    """
    tool = [*java, "kafka.tools.StorageTool", "format", "-t", cluster, "-c", str(properties), *more]
    process = subprocess.run(tool, capture_output=True, text=True, check=False)
    if process.returncode:
        raise StartFailed(f"Kafka's log could not be formatted:\n{process.stdout}{process.stderr}")


def cluster_id(drawn: uuid.UUID) -> str:
    """Return a cluster id in Kafka's form, 22 characters of base64url.

    It never begins with a dash, which Kafka's tools would read as an option (Kafka's Uuid.randomUuid avoids
    it too).
    """
    written = urlsafe_b64encode(drawn.bytes).decode().rstrip("=")
    return "A" + written[1:] if written.startswith("-") else written


def fetch_kafka(cache: Path) -> None:
    """Fetch Kafka's jars into `cache` with Maven unless they are there. Raises StartFailed.

    A lock keeps two stacks that start at the same time from writing to the same folder.
    """
    target = cache / f"kafka-{VERSION}"
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / "kafka.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if target.exists():
            return
        partial = cache / f"kafka-{VERSION}.partial"
        shutil.rmtree(partial, ignore_errors=True)
        _copy_dependencies(partial)
        partial.rename(target)


def _copy_dependencies(folder: Path) -> None:
    folder.mkdir()
    pom = folder / "pom.xml"
    pom.write_text(_maven_project())
    command = [find_program("mvn", "maven"), "-q", "-B", "-f", str(pom), "dependency:copy-dependencies"]
    command.append(f"-DoutputDirectory={folder}")
    process = subprocess.run(command, capture_output=True, text=True, timeout=_FETCH_S, check=False)
    if process.returncode:
        raise StartFailed(f"Maven could not fetch Kafka {VERSION}:\n{process.stdout[-2000:]}")


def _maven_project() -> str:
    dependencies = "".join(
        f"<dependency><groupId>{group}</groupId><artifactId>{name}</artifactId>"
        f"<version>{version}</version></dependency>"
        for group, name, version in _ARTIFACTS
    )
    return (
        '<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>'
        "<groupId>shoal</groupId><artifactId>kafka</artifactId><version>1</version>"
        f"<dependencies>{dependencies}</dependencies></project>"
    )
