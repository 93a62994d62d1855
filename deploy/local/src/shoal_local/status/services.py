"""Requests to the services; what does not answer is a fact like any other."""

import asyncio
import os
from dataclasses import dataclass
from typing import Any

import httpx

from shoal_local.status.addresses import Address

TIMEOUT_S = 10.0


@dataclass(frozen=True, slots=True)
class Readiness:
    """Whether a service answers. state: ready, not ready, answers, no answer, or no address."""

    service: str
    address: str
    state: str
    detail: str


class Door:
    """Reads JSON from services with the key of the environment."""

    def __init__(self, http: httpx.AsyncClient, addresses: list[Address]) -> None:
        self._http = http
        self._addresses = {address.service: address for address in addresses}
        self.refusals: dict[str, None] = {}  # what services answered with an error, in order

    async def read(self, service: str, path: str) -> Any:
        """Return the JSON at `path`, or None if the service has no address, does not answer or refuses."""
        url = self._addresses[service].url
        if not url:
            return None
        try:
            response = await self._http.get(url + path)
            if response.is_success:
                return response.json()
            self.refusals[f"{service}: {response.status_code} {_detail_of(response)}"] = None
        except (httpx.HTTPError, httpx.InvalidURL, ValueError):
            pass  # `readiness` says so
        return None

    async def readiness(self) -> list[Readiness]:
        """Return whether every service answers and is ready."""
        return list(await asyncio.gather(*(self._ready(address) for address in self._addresses.values())))

    async def _ready(self, address: Address) -> Readiness:
        if not address.shown_url:
            return _readiness_of(address, "no address", f"set {_missing_variable(address)}")
        path = f"{address.admin_url}/readyz" if address.admin_url else f"{address.url}/v1/projects"
        try:
            response = await self._http.get(path)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return _readiness_of(address, "no answer", f"{path}: {error or type(error).__name__}")
        if not address.admin_url:
            return _answer_state(address, response)
        if response.is_success:
            return _readiness_of(address, "ready", "")
        return _readiness_of(address, "not ready", "; ".join(_problem_texts(response)))


def open_client() -> httpx.AsyncClient:
    """Return an HTTP client that sends SHOAL_API_KEY."""
    key = os.environ.get("SHOAL_API_KEY")
    headers = {"authorization": f"Bearer {key}"} if key else {}
    return httpx.AsyncClient(timeout=TIMEOUT_S, headers=headers)


def _detail_of(response: httpx.Response) -> str:
    try:
        return str(response.json()["detail"])
    except (ValueError, KeyError, TypeError):
        return response.text[:200]


def _answer_state(address: Address, response: httpx.Response) -> Readiness:
    if response.status_code in (401, 403):
        return _readiness_of(
            address, "answers", "it refuses the key: set SHOAL_API_KEY to a key for operators"
        )
    if response.status_code >= 500:
        return _readiness_of(address, "not ready", f"it answers {response.status_code}")
    return _readiness_of(address, "answers", f"set {address.variable}_ADMIN_URL to see whether it is ready")


def _problem_texts(response: httpx.Response) -> list[str]:
    try:
        return [str(problem) for problem in response.json()["problems"]]
    except (ValueError, KeyError, TypeError):
        return [f"it answers {response.status_code}"]


def _readiness_of(address: Address, state: str, detail: str) -> Readiness:
    return Readiness(address.service, address.shown_url, state, detail)


def _missing_variable(address: Address) -> str:
    name = f"{address.variable}_{'ADMIN_URL' if address.service == 'embedder' else 'URL'}"
    return f"{name}, or start a stack with `shoal up`"
