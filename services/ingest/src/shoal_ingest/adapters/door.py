"""Ingest's HTTP API for commands that send files: retries outages, and says what it waits for."""

import gzip
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from shoal.backoff import Backoff
from shoal.media.store import data_sha256, media_uri
from shoal_ingest.usecases.sending.send_images import ImageRefused
from shoal_ingest.usecases.sending.send_log import NotSent, TooLarge

if TYPE_CHECKING:
    import httpx

OK, ACCEPTED, TOO_LARGE, NONE_ACCEPTED = 200, 202, 413, 422
_OUTAGES = (429, 500, 502, 503, 504)
_LONGEST_S = 30.0
_WAITS = Backoff(first_s=1.0, longest_s=_LONGEST_S)
_HEADERS = {"content-encoding": "gzip", "content-type": "application/x-ndjson"}


class IngestDoor:
    """Posts lines to /v1/inferences, and images to the projects' media.

    An outage is retried `retries` times; `notify` gets a line about every wait. A connection that never
    worked is not retried: its address is probably wrong.
    """

    def __init__(
        self,
        http: "httpx.Client",
        *,
        retries: int,
        notify: Callable[[str], None],
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._http = http
        self._retries = retries
        self._notify = notify
        self._sleep = sleep
        self._has_answered = False

    def post(self, lines: Sequence[bytes]) -> Sequence[Mapping[str, Any]]:
        """Send lines and return ingest's results, one per line. Raises TooLarge and NotSent."""
        body = gzip.compress(b"\n".join(lines), 1)
        return _results_of(self._ask("POST", "/v1/inferences", content=body, headers=_HEADERS))

    def store(self, project: str, data: bytes) -> str:
        """Store an image unless the project has it; return its URI. Raises ImageRefused and NotSent."""
        path, sha256 = f"/v1/projects/{quote(project, safe='')}/media", data_sha256(data)
        if self._ask("GET", f"{path}/{sha256}").status_code == OK:
            return media_uri(sha256)
        response = self._ask("POST", path, content=data)
        if response.is_success:
            return media_uri(sha256)
        if response.status_code in (TOO_LARGE, NONE_ACCEPTED):
            raise ImageRefused(*_problem_parts(response))
        raise NotSent(f"ingest answers {response.status_code}: {_problem_text(response)}")

    def _ask(self, method: str, path: str, **options: Any) -> "httpx.Response":
        """Return a response that is no outage. Raises NotSent."""
        for failures in range(1, self._retries + 2):
            response, outage = self._try(method, path, options)
            if response is not None and outage is None:
                return response
            if failures > self._retries:
                break
            wait = _wait_s(response, failures)
            self._notify(f"{outage}; next try in {wait:.0f} s ({failures} of {self._retries})")
            self._sleep(wait)
        raise NotSent(f"{outage}, {self._retries + 1} times")

    def _try(
        self, method: str, path: str, options: Mapping[str, Any]
    ) -> "tuple[httpx.Response | None, str | None]":
        """Return the response, and the outage if there is one."""
        import httpx

        try:
            response = self._http.request(method, path, **options)
        except httpx.TransportError as error:
            outage = f"ingest does not answer at {self._http.base_url}: {error}"
            if not self._has_answered:
                raise NotSent(
                    f"{outage}. Start a stack with `shoal up`, or set --url or SHOAL_INGEST_URL"
                ) from None
            return None, outage
        self._has_answered = True
        if response.status_code in _OUTAGES:
            return (
                response,
                f"ingest answers {response.status_code}: {_problem_text(response, with_fix=False)}",
            )
        return response, None


def _results_of(response: "httpx.Response") -> Sequence[Mapping[str, Any]]:
    if response.status_code == TOO_LARGE:
        raise TooLarge(_problem_text(response, with_fix=False))
    with suppress(ValueError, KeyError, TypeError):
        if response.status_code in (ACCEPTED, NONE_ACCEPTED):
            results: Sequence[Mapping[str, Any]] = response.json()["results"]
            return results
    raise NotSent(f"ingest answers {response.status_code}: {_problem_text(response)}")


def _problem_text(response: "httpx.Response", *, with_fix: bool = True) -> str:
    detail, fix = _problem_parts(response)
    return f"{detail}. {fix}" if fix and with_fix else detail


def _problem_parts(response: "httpx.Response") -> tuple[str, str]:
    """Return the detail and the fix of an answer."""
    try:
        problem = response.json()
        return str(problem["detail"]), problem.get("fix") or ""
    except (ValueError, KeyError, TypeError):
        return " ".join(response.text.split())[:200] or response.reason_phrase, ""


def _wait_s(response: "httpx.Response | None", failures: int) -> float:
    """Return the wait before the next try, in seconds: what the answer asks for, or twice the last one."""
    after = response.headers.get("retry-after", "") if response is not None else ""
    return min(float(after), _LONGEST_S) if after.isdecimal() else _WAITS.wait_s(failures)
