"""The HTTP client of commands: one API key, one timeout, and errors in one line instead of a traceback."""

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import typer

from shoal.command_line.console import err
from shoal.command_line.offline import print_warning

if TYPE_CHECKING:
    import httpx

URL = "http://127.0.0.1:8080"
"""The default address of a service."""
_WRONG_REQUESTS = (400, 413, 422)


@dataclass(frozen=True, slots=True)
class Client:
    """A client of one service.

    service: its name in messages; variable: the environment variable with its address.
    """

    service: str
    variable: str
    timeout_s: float = 60.0

    def ask_json(self, method: str, url: str, path: str, **options: Any) -> Any:
        """Return the answer's JSON.

        Exits with 1 and one line if the service is unavailable or answers an error.
        """
        response = self.ask(method, url, path, **options)
        if not response.is_success:
            exit_with_problem(response)
        return response.json()

    @contextmanager
    def connect(self, url: str) -> Iterator["httpx.Client"]:
        """Yield a client of the service for many requests, with the key of SHOAL_API_KEY.

        Its errors are the caller's. Exits with 2 and one line if the address is none.
        """
        import httpx

        if not url.startswith(("http://", "https://")):
            message = f"{url!r} is no address: begin --url or {self.variable} with http://"
            err.print(message, markup=False, highlight=False, soft_wrap=True)
            raise typer.Exit(2)
        with httpx.Client(base_url=url, timeout=self.timeout_s, headers=_key_header()) as http:
            yield http

    def ask(
        self, method: str, url: str, path: str, headers: dict[str, str] | None = None, **options: Any
    ) -> "httpx.Response":
        """Return the response with any status. SHOAL_API_KEY, if set, authorises the request."""
        import httpx  # takes longer than most commands; only those that call a service load it

        headers = {**(headers or {}), **_key_header()}
        with self._one_line_outage(url):
            return httpx.request(method, url + path, timeout=self.timeout_s, headers=headers, **options)

    @contextmanager
    def stream(
        self, method: str, url: str, path: str, headers: dict[str, str], **options: Any
    ) -> Iterator["httpx.Response"]:
        """Yield the response of a request that succeeds while it arrives. Exits as `ask_json` does."""
        with (
            self._one_line_outage(url),
            self.connect(url) as http,
            http.stream(method, path, headers=headers, **options) as response,
        ):
            if not response.is_success:
                response.read()
                exit_with_problem(response)
            yield response

    @contextmanager
    def _one_line_outage(self, url: str) -> Iterator[None]:
        import httpx

        try:
            yield
        except httpx.TransportError as error:
            fix = f"Start a stack with `shoal up`, or set --url or {self.variable}"
            message = f"{self.service} does not answer at {url}: {error}. {fix}."
            err.print(message, markup=False, highlight=False, soft_wrap=True)
            raise typer.Exit(1) from None


def _key_header() -> dict[str, str]:
    key = os.environ.get("SHOAL_API_KEY")
    return {"authorization": f"Bearer {key}"} if key else {}


def exit_with_problem(response: "httpx.Response") -> NoReturn:
    """Print the problem in a service's answer with its fix; exit with 2 for a wrong request, else with 1."""
    try:
        problem = response.json()
        text = f"{problem['detail']}. {problem.get('fix') or ''}"
    except (ValueError, KeyError, TypeError):
        text = response.text[:500]
    err.print(f"{response.status_code}: {text}", markup=False, highlight=False, soft_wrap=True)
    raise typer.Exit(2 if response.status_code in _WRONG_REQUESTS else 1)


def print_cautions(answer: Mapping[str, Any]) -> None:
    """Print the warnings in a service's answer on stderr."""
    for caution in answer.get("warnings", ()):
        print_warning(f"{caution['detail']}. {caution['fix']}")


def read_json(file: Path) -> Any:
    """Return the content of a JSON file. Exits with 2 and one line if it cannot be read."""
    try:
        return json.loads(file.read_bytes())
    except (OSError, ValueError) as error:
        message = f"{file} cannot be read as JSON: {error}"
        err.print(message, markup=False, highlight=False, soft_wrap=True)
        raise typer.Exit(2) from None
