"""`python -m shoal_local.servers.qdrant <folder> <port>`: serve until SIGTERM or SIGINT."""

import signal
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import grpc as transport
from qdrant_client.grpc.collections_service_pb2_grpc import add_CollectionsServicer_to_server
from qdrant_client.grpc.points_service_pb2_grpc import add_PointsServicer_to_server
from qdrant_client.grpc.qdrant_pb2 import HealthCheckReply
from qdrant_client.grpc.qdrant_pb2_grpc import QdrantServicer, add_QdrantServicer_to_server

from shoal_local.ports import HOST
from shoal_local.servers.qdrant.collections import Collections
from shoal_local.servers.qdrant.engine import Engine
from shoal_local.servers.qdrant.keys import key_checks
from shoal_local.servers.qdrant.points import Points

THREADS = 8
MOST_BYTES = 64 * 1024 * 1024


class Health(QdrantServicer):
    """Reports the server's name and version."""

    def HealthCheck(self, _request: object, _: object) -> HealthCheckReply:  # noqa: N802
        return HealthCheckReply(title="qdrant engine in shoal's local stack", version="1.17.0")


def main() -> None:
    """Serve."""
    engine = Engine(Path(sys.argv[1]))
    limits = [("grpc.max_receive_message_length", MOST_BYTES), ("grpc.so_reuseport", 0)]
    server = transport.server(ThreadPoolExecutor(THREADS), interceptors=key_checks(), options=limits)
    add_CollectionsServicer_to_server(Collections(engine), server)
    add_PointsServicer_to_server(Points(engine), server)
    add_QdrantServicer_to_server(Health(), server)
    server.add_insecure_port(f"{HOST}:{sys.argv[2]}")
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    server.start()
    stopped.wait()
    server.stop(grace=5).wait()
    engine.close()


if __name__ == "__main__":
    main()
