"""Let every node of Qdrant take a snapshot of each collection: python qdrant_snapshots.py http://HOST:PORT.

HOST is the headless Service, whose name leads to all nodes. A node's snapshot holds its shards only. Qdrant
stores it where its settings say, and the bucket's lifecycle rule removes old ones. A failure exits with 1.
"""

import json
import os
import socket
import sys
from collections.abc import Iterator
from typing import Any
from urllib.error import URLError
from urllib.parse import quote, urlsplit
from urllib.request import Request, urlopen

ANSWER_S = 3600.0  # a snapshot of a large collection


def node_urls(address: str) -> Iterator[str]:
    """Yield the address of every node behind a headless Service."""
    parts = urlsplit(address)
    entries = socket.getaddrinfo(parts.hostname, parts.port, type=socket.SOCK_STREAM)
    for host in sorted({info[4][0] for info in entries}):
        yield f"{parts.scheme}://{f'[{host}]' if ':' in str(host) else host}:{parts.port}"


def call_node(method: str, url: str, key: str) -> dict[str, Any]:
    """Return the result of a request to Qdrant. Raises URLError."""
    request = Request(url, method=method, headers={"api-key": key})  # noqa: S310 - an address of the cluster
    with urlopen(request, timeout=ANSWER_S) as answer:  # noqa: S310
        result: dict[str, Any] = json.load(answer)["result"]
    return result


def take_snapshots(node: str, key: str) -> int:
    """Take a snapshot of each collection of a node; return how many failed."""
    failed = 0
    for collection in call_node("GET", f"{node}/collections", key)["collections"]:
        name = collection["name"]
        try:
            snapshot = call_node(
                "POST", f"{node}/collections/{quote(name, safe='')}/snapshots?wait=true", key
            )
        except (URLError, TimeoutError) as error:
            failed += 1
            sys.stderr.write(f"{node} {name}: {error}\n")
        else:
            sys.stdout.write(f"{node} {name}: {snapshot['name']}, {snapshot['size']} bytes\n")
    return failed


def main() -> None:
    """Take the snapshots of all nodes."""
    key = os.environ["QDRANT_API_KEY"]
    failed = sum(take_snapshots(node, key) for node in node_urls(sys.argv[1]))
    raise SystemExit(1 if failed else 0)


if __name__ == "__main__":
    main()
