"""Outages of ingest are waited for, a bounded number of times."""

import gzip
import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import httpx
import pytest

from shoal_ingest.adapters.door import IngestDoor
from shoal_ingest.usecases.sending.send_log import NotSent, TooLarge

PROBLEM = {"detail": "Kafka did not acknowledge", "fix": "Send it again"}


@contextmanager
def answering(statuses: list[int]) -> Iterator[str]:
    """Yield the address of a server that answers requests with these statuses, the last one for ever."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = gzip.decompress(self.rfile.read(int(self.headers["content-length"])))
            status = statuses.pop(0) if len(statuses) > 1 else statuses[0]
            results = [
                {"status": "accepted", "sample_id": line.decode(), "new": True} for line in body.split(b"\n")
            ]
            self.send_response(status)
            self.send_header("retry-after", "7")
            self.end_headers()
            self.wfile.write(json.dumps({"results": results} if status == 202 else PROBLEM).encode())

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_an_outage_is_waited_for_as_long_as_the_answer_asks(status: int) -> None:
    waits: list[float] = []
    notes: list[str] = []
    with answering([status, status, 202]) as url, httpx.Client(base_url=url, timeout=60) as http:
        door = IngestDoor(http, retries=5, notify=notes.append, sleep=waits.append)
        assert [result["sample_id"] for result in door.post([b"a", b"b"])] == ["a", "b"]
    assert waits == [7.0, 7.0]
    assert notes[0] == f"ingest answers {status}: Kafka did not acknowledge; next try in 7 s (1 of 5)"


def test_the_number_of_retries_is_bounded() -> None:
    waits: list[float] = []
    with answering([202, 503]) as url, httpx.Client(base_url=url, timeout=60) as http:
        door = IngestDoor(http, retries=3, notify=lambda _: None, sleep=waits.append)
        door.post([b"a"])
        with pytest.raises(NotSent, match="503: Kafka did not acknowledge, 4 times"):
            door.post([b"b"])
    assert len(waits) == 3


@pytest.mark.parametrize("status", [400, 401, 403, 404])
def test_a_refusal_of_the_request_is_not_repeated(status: int) -> None:
    with answering([status]) as url, httpx.Client(base_url=url, timeout=60) as http:
        door = IngestDoor(http, retries=3, notify=pytest.fail, sleep=lambda _: None)
        with pytest.raises(NotSent, match=f"answers {status}: Kafka did not acknowledge. Send it again"):
            door.post([b"a"])


def test_a_body_above_the_limit_is_told_apart() -> None:
    with answering([413]) as url, httpx.Client(base_url=url, timeout=60) as http:
        door = IngestDoor(http, retries=3, notify=pytest.fail, sleep=lambda _: None)
        with pytest.raises(TooLarge):
            door.post([b"a"])


def test_an_address_that_never_answered_is_not_waited_for() -> None:
    with httpx.Client(base_url="http://127.0.0.1:9") as http:
        door = IngestDoor(http, retries=3, notify=pytest.fail, sleep=lambda _: None)
        with pytest.raises(NotSent, match="set --url or SHOAL_INGEST_URL"):
            door.post([b"a"])


def test_a_connection_that_breaks_later_is_waited_for() -> None:
    waits: list[float] = []
    with httpx.Client(timeout=60) as http:
        with answering([202]) as url:
            http.base_url = httpx.URL(url)
            door = IngestDoor(http, retries=2, notify=lambda _: None, sleep=waits.append)
            door.post([b"a"])
        with pytest.raises(NotSent, match=r"does not answer at .*, 3 times"):
            door.post([b"b"])
    assert len(waits) == 2
