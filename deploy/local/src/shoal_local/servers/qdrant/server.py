"""The engine as a child process of a stack."""

import sys
from pathlib import Path

import grpc as transport
from qdrant_client.grpc.qdrant_pb2 import HealthCheckRequest
from qdrant_client.grpc.qdrant_pb2_grpc import QdrantStub

from shoal_local.ports import HOST, free_port
from shoal_local.process import Child
from shoal_local.servers.qdrant.keys import API_KEY


class QdrantServer:
    """A vector store on a loopback port, with its data in the stack's directory."""

    def __init__(self, stack: Path, api_key: str | None = None) -> None:
        self._api_key = api_key
        self.grpc_port = free_port()
        command = [
            sys.executable,
            "-m",
            "shoal_local.servers.qdrant",
            str(stack / "qdrant"),
            str(self.grpc_port),
        ]
        self.child = Child(
            name="qdrant",
            command=command,
            stack=stack,
            log=stack / "logs" / "qdrant.log",
            environment={API_KEY: api_key} if api_key else {},
        )

    @property
    def url(self) -> str:
        """Return the address for clients; only its gRPC port answers."""
        return f"http://{HOST}"

    def start(self) -> None:
        """Start and wait until it answers. Raises StartFailed."""
        self.child.start()
        self.child.wait_until(lambda: qdrant_answers(self.grpc_port, self._api_key))

    def stop(self) -> None:
        """Stop the server; its data stays."""
        self.child.stop()


def qdrant_answers(port: int, api_key: str | None = None) -> bool:
    """Return whether a Qdrant answers on the loopback `port`."""
    metadata = (("api-key", api_key),) if api_key else ()
    with transport.insecure_channel(f"{HOST}:{port}") as channel:
        try:
            QdrantStub(channel).HealthCheck(HealthCheckRequest(), timeout=5, metadata=metadata)
        except transport.RpcError:
            return False
    return True
