"""The services' HTTP APIs, as a user's script calls them."""

import gzip
from collections.abc import Mapping, Sequence
from typing import Any

import httpx
import orjson

BATCH = 350


class Api:
    """Requests to the services by name."""

    def __init__(self, urls: Mapping[str, str], http: httpx.AsyncClient) -> None:
        self._urls = urls
        self._http = http

    async def ask(self, service: str, method: str, path: str, body: Any = None, **params: Any) -> Any:
        """Send a request that must succeed."""
        answer = await self._http.request(
            method, self._urls[service] + path, json=body, params=params or None
        )
        if not answer.is_success:
            raise RuntimeError(f"{method} {service} {path}: {answer.status_code} {answer.text[:500]}")
        return answer.json()

    async def send(self, items: Sequence[Mapping[str, Any]], *, batch: int = BATCH) -> list[str]:
        """Send inferences as gzipped NDJSON, `batch` in a request; return their sample ids."""
        ids: list[str] = []
        for start in range(0, len(items), batch):
            body = b"\n".join(orjson.dumps(item) for item in items[start : start + batch])
            answer = await self._http.post(
                self._urls["ingest"] + "/v1/inferences",
                content=gzip.compress(body, 1),
                headers={"content-encoding": "gzip", "content-type": "application/x-ndjson"},
            )
            results = answer.json()["results"]
            if bad := [result for result in results if result["status"] != "accepted"]:
                raise RuntimeError(f"ingest refused an inference: {bad[0]}")
            ids += [result["sample_id"] for result in results]
        return ids

    async def list_all(self, service: str, path: str, field: str) -> list[dict[str, Any]]:
        """Return all rows of a listing, page by page."""
        rows: list[dict[str, Any]] = []
        after = 0
        while True:
            page = await self.ask(service, "GET", path, after=after, limit=2000)
            rows += page[field]
            after = page["next_after"]
            if not page["more"]:
                return rows
