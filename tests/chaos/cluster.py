"""Apache Kafka with three brokers and a controller, with the settings of production's manifest."""

import uuid
from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import yaml
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from shoal.cache import cache_folder
from shoal_local.ports import HOST, free_port
from shoal_local.process import Child
from shoal_local.servers.apache import VERSION, cluster_id, fetch_kafka, format_log
from shoal_local.servers.broker import broker_answers, find_program

MANIFEST = Path(__file__).parents[2] / "deploy/k8s/components/strimzi/kafka.yaml"
BROKERS = (1, 2, 3)
CONTROLLER = 100
QUICK = {
    "group.initial.rebalance.delay.ms": "0",
    "offsets.topic.num.partitions": "6",
    "broker.session.timeout.ms": "3000",  # a third of Kafka's own: a dead broker's leaders move earlier
    "broker.heartbeat.interval.ms": "500",
    "leader.imbalance.check.interval.seconds": "2",  # leaders move back at once and not after five minutes
    "controlled.shutdown.max.retries": "3",
}


class Cluster:
    """Three brokers and one controller, as processes of the stack in `stack`."""

    def __init__(self, stack: Path) -> None:
        self._stack = stack
        self.ports = {node: free_port() for node in (*BROKERS, CONTROLLER)}
        self._cluster = cluster_id(uuid.uuid4())
        java = find_program("java", "default-jre-headless")
        libraries = str(cache_folder() / "kafka" / f"kafka-{VERSION}" / "*")
        self._java = [java, "-Xmx320m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", libraries]
        self.nodes = {node: self._child(node) for node in self.ports}

    @property
    def bootstrap(self) -> str:
        """Return the addresses of all brokers."""
        return ",".join(f"{HOST}:{self.ports[node]}" for node in BROKERS)

    def start(self) -> None:
        """Format the logs, start all processes, and wait until every broker answers. Raises StartFailed."""
        fetch_kafka(cache_folder() / "kafka")
        with ThreadPoolExecutor(len(self.nodes)) as pool:
            list(pool.map(self._format, self.nodes))
        for child in self.nodes.values():
            child.start()
        for node in BROKERS:
            self.wait_until_answers(node)

    def stop(self) -> None:
        """End all processes; their logs are of no more use."""
        for child in self.nodes.values():
            child.kill()

    def restart(self, node: int) -> None:
        """Start a broker again, on its port and log, and wait until it answers."""
        self.nodes[node].start()
        self.wait_until_answers(node)

    def wait_until_answers(self, node: int) -> None:
        """Wait until a broker answers. Raises StartFailed."""
        self.nodes[node].wait_until(lambda: broker_answers(self.ports[node]), 90)

    async def partitions(self) -> list[dict[str, Any]]:
        """Return every partition with its leader and the replicas that are in sync; none while none answers.

        Kafka may name a broker for seconds after its death.
        """
        living = [f"{HOST}:{self.ports[node]}" for node in BROKERS if self.nodes[node].running]
        admin = AIOKafkaAdminClient(bootstrap_servers=living, request_timeout_ms=5000)
        try:
            await admin.start()
            return [part for topic in await admin.describe_topics() for part in topic["partitions"]]
        except KafkaError:
            return []
        finally:
            await admin.close()

    async def are_in_sync(self, brokers: Collection[int] = BROKERS) -> bool:
        """Return whether every partition has these brokers and no others in sync, and one as its leader."""
        partitions = await self.partitions()
        return bool(partitions) and all(
            set(it["isr"]) == set(brokers) and it["leader"] in brokers for it in partitions
        )

    async def has_preferred_leaders(self) -> bool:
        """Return whether the first replica of every partition is its leader again."""
        partitions = await self.partitions()
        return bool(partitions) and all(it["leader"] == it["replicas"][0] for it in partitions)

    async def leaders(self) -> dict[int, int]:
        """Return of how many partitions each broker is the leader."""
        partitions = await self.partitions()
        return {node: sum(it["leader"] == node for it in partitions) for node in BROKERS}

    def _child(self, node: int) -> Child:
        command = [*self._java, "kafka.Kafka", str(self._home(node) / "server.properties")]
        log = self._stack / "logs" / f"kafka-{node}.log"
        return Child(name=f"kafka-{node}", command=command, stack=self._stack, log=log)

    def _home(self, node: int) -> Path:
        return self._stack / "kafka" / str(node)

    def _format(self, node: int) -> None:
        self._home(node).mkdir(parents=True)
        properties = self._home(node) / "server.properties"
        properties.write_text("".join(f"{key}={value}\n" for key, value in self._properties(node).items()))
        format_log(self._java, properties, self._cluster)

    def _properties(self, node: int) -> dict[str, str]:
        role, listener = ("controller", "CONTROLLER") if node == CONTROLLER else ("broker", "PLAINTEXT")
        address = f"{listener}://{HOST}:{self.ports[node]}"
        return {
            **declared_settings(),
            **QUICK,
            "process.roles": role,
            "node.id": str(node),
            "controller.quorum.voters": f"{CONTROLLER}@{HOST}:{self.ports[CONTROLLER]}",
            "controller.listener.names": "CONTROLLER",
            "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
            "listeners": address,
            **({"advertised.listeners": address} if role == "broker" else {}),
            "log.dirs": str(self._home(node) / "log"),
        }


def declared_settings() -> dict[str, str]:
    """Return the settings of production's Kafka."""
    declared = yaml.safe_load(MANIFEST.read_text())["spec"]["kafka"]["config"]
    return {name: str(value).lower() for name, value in declared.items()}
