"""HTTP to a vendor: a deadline for every call, a few quick retries, and what a failure means."""

import asyncio
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
import orjson
import stamina

from shoal.http.checked_transport import ForbiddenAddress
from shoal_gateway.adapters.generic.answers import (
    UnreadableAnswer,
    read_json,
    short_reason,
    status_reason,
)
from shoal_gateway.adapters.generic.verdicts import Verdict, fault_of, verdict_of
from shoal_gateway.domain.faults import Fault
from shoal_gateway.usecases.errors import ProviderRefused, ProviderUnavailable
from shoal_gateway.usecases.ports import Clock

CALL_S = 30.0
CONNECT_S = 5.0
MAX_CONCURRENT_CALLS = 4
QUICK_TRIES = 3
LONGEST_QUICK_WAIT_S = 5.0  # the ledger does longer waits, which block no call


class VendorClient:
    """Calls to one vendor's address, with its key. A call with its quick retries ends within `call_s`."""

    def __init__(
        self,
        http: httpx.AsyncClient,
        base_url: str,
        api_key: str | None,
        clock: Clock,
        *,
        call_s: float = CALL_S,
    ) -> None:
        self._http = http
        self._clock = clock
        self._base = base_url.rstrip("/")
        self._api_key = api_key
        self._call_s = call_s
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
        request = self._request(method, path, content, query or {})
        try:
            async with self._slots, asyncio.timeout(self._call_s):
                return await self._try_a_few_times(request, also_done)
        except TimeoutError as error:
            detail = f"{method} {request.url.path}: no complete answer within {self._call_s:g} s"
            raise ProviderUnavailable(detail, Fault.TIMEOUT) from error

    async def _try_a_few_times(self, request: httpx.Request, also_done: tuple[int, ...]) -> Any:
        async for attempt in stamina.retry_context(
            on=_should_retry,
            attempts=QUICK_TRIES,
            timeout=60.0,
            wait_initial=0.1,
            wait_max=LONGEST_QUICK_WAIT_S,
        ):
            with attempt:
                return await self._send(request, also_done)
        raise AssertionError("stamina ends with a result or an error")

    def _request(self, method: str, path: str, content: bytes | None, query: dict[str, str]) -> httpx.Request:
        headers = {"accept": "application/json", "accept-encoding": "gzip"}
        if content:
            headers["content-type"] = "application/json"
        if self._api_key:
            headers["authorization"] = _bearer_header(self._api_key)
        try:
            return self._http.build_request(
                method,
                self._base + path,
                content=content,
                params=query,
                headers=headers,
                timeout=httpx.Timeout(self._call_s, connect=CONNECT_S),
            )
        except (httpx.InvalidURL, ValueError) as error:
            raise ProviderRefused("base_url is not a usable address", everything=True) from error

    async def _send(self, request: httpx.Request, also_done: tuple[int, ...]) -> Any:
        name = f"{request.method} {request.url.path}"
        try:
            response = await self._http.send(request, stream=True)
            try:
                return await self._read(response, name, also_done)
            finally:
                await response.aclose()
        except ForbiddenAddress as error:
            detail = f"{name}: base_url leads to an address that is not public; SHOAL_VENDOR_NETWORKS allows networks"
            raise ProviderRefused(detail, everything=True) from error
        except (httpx.TransportError, httpx.StreamError) as error:
            fault = Fault.TIMEOUT if isinstance(error, httpx.TimeoutException) else Fault.UNREACHABLE
            raise ProviderUnavailable(f"{name}: no answer ({type(error).__name__})", fault) from error
        except UnreadableAnswer as error:
            detail = f"{name}: the answer cannot be read: {error}"
            raise ProviderUnavailable(detail, Fault.BAD_ANSWER) from error

    async def _read(self, response: httpx.Response, name: str, also_done: tuple[int, ...]) -> Any:
        status = response.status_code
        if status in also_done:
            return None
        verdict = verdict_of(status)
        if verdict is Verdict.DONE:
            return await read_json(response)
        message = f"{name}: {status_reason(status)}{await self._stated_reason(response)}"
        if verdict is Verdict.REPEAT:
            retry_after = _retry_after(response.headers.get("retry-after"), self._clock())
            raise ProviderUnavailable(message, fault_of(status), retry_after=retry_after)
        raise ProviderRefused(message, everything=status in (401, 402, 403) or 300 <= status < 400)

    async def _stated_reason(self, response: httpx.Response) -> str:
        """Return the text `error` of a JSON answer, shortened; of all other answers nothing is repeated."""
        if "json" not in response.headers.get("content-type", ""):
            return ""
        try:
            body = await read_json(response)
        except (UnreadableAnswer, httpx.TransportError):
            return ""
        reason = body.get("error") if isinstance(body, dict) else None
        return f" ({short_reason(reason, self._api_key)})" if isinstance(reason, str) and reason else ""


def _bearer_header(api_key: str) -> str:
    """Return the authorization header. Raises ProviderRefused, without the key in any message."""
    if not all("!" <= character <= "~" for character in api_key):
        detail = "api_key has characters that no HTTP header can carry; set another one"
        raise ProviderRefused(detail, everything=True)
    return f"Bearer {api_key}"


def _should_retry(error: Exception) -> bool | timedelta:
    if not isinstance(error, ProviderUnavailable):
        return False
    if error.retry_after is None:
        return True
    return error.retry_after if error.retry_after.total_seconds() <= LONGEST_QUICK_WAIT_S else False


def _retry_after(value: str | None, now: datetime) -> timedelta | None:
    if not value:
        return None
    stripped = value.strip()
    if stripped.isascii() and stripped.isdigit():
        return timedelta(seconds=int(stripped) if len(stripped) <= 5 and int(stripped) < 86_400 else 86_400)
    try:
        at = parsedate_to_datetime(value)
        aware = at if at.tzinfo else at.replace(tzinfo=UTC)
        return min(max(aware - now, timedelta()), timedelta(days=1))
    except (ValueError, OverflowError):
        return None
