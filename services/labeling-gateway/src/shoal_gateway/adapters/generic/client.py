"""HTTP to a vendor: timeouts, quick retries, Retry-After, and a limit on concurrent calls."""

import asyncio
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
import orjson
import stamina

from shoal_gateway.adapters.generic.verdicts import Verdict, verdict_of
from shoal_gateway.usecases.errors import ProviderRefused, ProviderUnavailable
from shoal_gateway.usecases.ports import Clock

TIMEOUT = httpx.Timeout(30.0, connect=5.0)
MAX_CONCURRENT_CALLS = 4
QUICK_TRIES = 3
LONGEST_QUICK_WAIT_S = 5.0  # the ledger does longer waits, which block no call


class VendorClient:
    """Calls to one vendor's address, with its key, on a shared connection pool."""

    def __init__(self, http: httpx.AsyncClient, base_url: str, api_key: str | None, clock: Clock) -> None:
        self._http = http
        self._clock = clock
        self._base = base_url.rstrip("/")
        self._headers = {"authorization": f"Bearer {api_key}"} if api_key else {}
        self._slots = asyncio.Semaphore(MAX_CONCURRENT_CALLS)

    async def call(
        self,
        method: str,
        path: str,
        *,
        body: Any = None,
        query: dict[str, str] | None = None,
        also_done: tuple[int, ...] = (),
    ) -> Any:
        """Return the JSON of the response, or None if it is empty or its status is in `also_done`.

        Raises ProviderUnavailable after a few quick retries, and ProviderRefused at once.
        """
        content = None if body is None else orjson.dumps(body)
        async for attempt in stamina.retry_context(
            on=_should_retry,
            attempts=QUICK_TRIES,
            timeout=60.0,
            wait_initial=0.1,
            wait_max=LONGEST_QUICK_WAIT_S,
        ):
            with attempt:
                response = await self._send(method, path, content, query or {})
                return _read_answer(response, also_done, self._clock())
        raise AssertionError("stamina ends with a result or an error")

    async def _send(
        self, method: str, path: str, content: bytes | None, query: dict[str, str]
    ) -> httpx.Response:
        headers = {**self._headers, **({"content-type": "application/json"} if content else {})}
        try:
            async with self._slots:
                return await self._http.request(
                    method, self._base + path, content=content, params=query, headers=headers, timeout=TIMEOUT
                )
        except httpx.TransportError as error:
            raise ProviderUnavailable(f"{method} {path}: {type(error).__name__} {error}".strip()) from error
        except httpx.InvalidURL as error:
            raise ProviderRefused(f"base_url {self._base!r}: {error}", everything=True) from error


def _should_retry(error: Exception) -> bool | timedelta:
    if not isinstance(error, ProviderUnavailable):
        return False
    if error.retry_after is None:
        return True
    return error.retry_after if error.retry_after.total_seconds() <= LONGEST_QUICK_WAIT_S else False


def _read_answer(response: httpx.Response, also_done: tuple[int, ...], now: datetime) -> Any:
    status = response.status_code
    if status in also_done:
        return None
    request = response.request
    message = f"{request.method} {request.url.path}: {status} {response.text[:500]}"
    match verdict_of(status):
        case Verdict.REPEAT:
            raise ProviderUnavailable(message, _retry_after(response.headers.get("retry-after"), now))
        case Verdict.REFUSED:
            raise ProviderRefused(message, everything=status in (401, 402, 403))
    if not response.content:
        return None
    try:
        return orjson.loads(response.content)
    except orjson.JSONDecodeError as error:
        raise ProviderUnavailable(f"{request.url.path}: the answer is not JSON: {error}") from error


def _retry_after(value: str | None, now: datetime) -> timedelta | None:
    if not value:
        return None
    if value.strip().isdigit():
        return timedelta(seconds=min(int(value), 86_400))
    try:
        at = parsedate_to_datetime(value)
    except ValueError:
        return None
    aware = at if at.tzinfo else at.replace(tzinfo=UTC)
    return max(aware - now, timedelta())
