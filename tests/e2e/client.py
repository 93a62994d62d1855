"""Shoal as a user's scripts see it: its HTTP doors, and nothing else."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import httpx

from shoal_local.services import LocalShoal


class Client:
    """Requests to the services of one Shoal."""

    def __init__(self, shoal: LocalShoal, http: httpx.AsyncClient) -> None:
        self._urls = shoal.urls
        self._http = http

    async def ask(self, service: str, method: str, path: str, **options: Any) -> httpx.Response:
        """Send a request."""
        return await self._http.request(method, self._urls[service] + path, **options)

    async def done(self, service: str, method: str, path: str, **options: Any) -> Any:
        """Send a request that must succeed."""
        response = await self.ask(service, method, path, **options)
        assert response.is_success, response.text
        return response.json() if response.content else None

    async def project(self, name: str, classes: Sequence[str]) -> None:
        """Create a project with a guideline."""
        await self.done("ingest", "POST", "/v1/projects", json={"project": name})
        body = {"title": name, "label_schema": {"classes": [{"name": each} for each in classes]}}
        await self.done("qa", "POST", f"/v1/projects/{name}/guidelines", json=body)

    async def send(self, items: Sequence[dict[str, Any]]) -> dict[str, Any]:
        """Send inferences as NDJSON."""
        body = "\n".join(map(json.dumps, items))
        found: dict[str, Any] = await self.done("ingest", "POST", "/v1/inferences", content=body)
        return found

    async def campaign(self, project: str, **definition: Any) -> dict[str, Any]:
        """Create a campaign."""
        path = f"/v1/projects/{project}/campaigns"
        found: dict[str, Any] = await self.done("sampler", "POST", path, json=definition)
        return found

    async def labels(self, project: str) -> list[dict[str, Any]]:
        """Return every label as it stands, with its votes."""
        path = f"/v1/projects/{project}/labels"
        found = await self.done("qa", "GET", path, params={"limit": 5000, "include": "votes"})
        return list(found["labels"])


async def eventually(holds: Callable[[], Awaitable[Any]], timeout_s: float = 240) -> Any:
    """Return what `holds` returns once it is true; fail when it is not within `timeout_s`."""
    found = None
    try:
        async with asyncio.timeout(timeout_s):
            while not (found := await holds()):
                await asyncio.sleep(0.2)
    except TimeoutError:
        raise AssertionError(f"not within {timeout_s} s; the last answer was {found!r}") from None
    return found
