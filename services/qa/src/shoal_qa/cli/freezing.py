"""The progress of a dataset version while the service freezes it."""

from collections.abc import Iterator
from typing import Any

import orjson

from shoal.command_line.client import Client, exit_with_problem
from shoal.command_line.offline import show_progress

_LINES = "application/x-ndjson"


def follow_freezing(client: Client, url: str, path: str, body: Any, *, name: str) -> dict[str, Any]:
    """Return the manifest; show how many labels are read, of all, until it is there.

    Exits with one line if the service refuses or fails.
    """
    import httpx

    with client.stream("POST", url, path, json=body, headers={"accept": _LINES}) as response:
        last = _last_line(response.iter_lines(), name)
    if "manifest" not in last:
        exit_with_problem(httpx.Response(last["problem"]["status"], json=last["problem"]))
    return dict(last["manifest"])


def _last_line(lines: Iterator[str], name: str) -> dict[str, Any]:
    with show_progress(name) as report:
        for line in map(orjson.loads, lines):
            if "labels" not in line:
                return dict(line)
            report(line["labels"], line["total"])
    return {"problem": {"status": 502, "detail": "the service ended its answer before the manifest"}}
