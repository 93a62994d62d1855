"""schemathesis against one application in process: requests from its OpenAPI document, answers held to it.

Bounded: for each operation `POSITIVE` requests that fit the document, `NEGATIVE` ones that do not, and
`UNKNOWN` ones about what does not exist; the same in every run.
"""

import asyncio
import gzip
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import httpx
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, given, settings
from pydantic import SecretStr
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from databasekit import create_database, drop_database
from shoal.persistence import migrate
from shoal.runtime import Service
from shoal.security.access import Access
from shoal_local.stack import Stack

POSITIVE, NEGATIVE, UNKNOWN = 10, 6, 3
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


@schemathesis.serializer("application/x-ndjson")
def lines(_: schemathesis.SerializationContext, value: Any) -> bytes:
    """Return a body of lines as it is."""
    return str(value).encode("utf-8", "replace")


@contextmanager
def migrated(stack: Stack, schema: str, package: str) -> Iterator[tuple[asyncio.Runner, str]]:
    """Give an event loop and the address of a database with a service's tables."""
    with asyncio.Runner() as runner:
        dsn = runner.run(create_database(stack.postgres_dsn))
        runner.run(migrate(dsn, schema=schema, package=package, outbox=True))
        yield runner, dsn
        runner.run(drop_database(stack.postgres_dsn, dsn))


def names_of(app: FastAPI) -> list[str]:
    """Return the operations of an application."""
    return [
        operation["operationId"]
        for methods in app.openapi()["paths"].values()
        for operation in methods.values()
    ]


class Server:
    """An application on a separate event loop, without a socket."""

    def __init__(self, service: Service, runner: asyncio.Runner, parameters: Mapping[str, str]) -> None:
        """`parameters`: values of path parameters that exist in the service."""
        assert service.app is not None
        self.app = service.app
        self.app.state.access = Access(service.directory, None)
        self.runner = runner
        self.parameters = dict(parameters)
        self.schema = schemathesis.openapi.from_dict(self.app.openapi())

    def send(self, method: str, path: str, **request: Any) -> httpx.Response:
        """Send a request and return the answer."""
        return self.runner.run(self._send(method, path, **request))

    async def _send(self, method: str, path: str, **request: Any) -> httpx.Response:
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://shoal") as client:
            return await client.request(method, path, **request)

    def check(self, name: str) -> None:
        """Send what schemathesis makes for an operation, and hold every answer to the document."""
        operation = self.schema.find_operation_by_id(name)
        own = {key: value for key, value in self.parameters.items() if "{" + key + "}" in operation.path}
        for mode, count in ((GenerationMode.POSITIVE, POSITIVE), (GenerationMode.NEGATIVE, NEGATIVE)):
            self._run(operation.as_strategy(mode, path_parameters=own), count)
        if own:
            self._run(operation.as_strategy(GenerationMode.POSITIVE), UNKNOWN)

    def check_key(self, name: str) -> None:
        """Send a request without a key while keys are on."""
        operation = self.schema.find_operation_by_id(name)
        access, self.app.state.access = (
            self.app.state.access,
            Access(None, SecretStr("the installation's key")),
        )
        try:
            response = self.send(operation.method, operation.path.replace("{", "").replace("}", ""), json={})
        finally:
            self.app.state.access = access
        assert (response.status_code, response.headers["www-authenticate"]) == (401, "Bearer")
        assert response.json()["fix"].startswith("Send Authorization: Bearer")

    def _run(self, strategy: Any, count: int) -> None:
        @settings(
            max_examples=count,
            derandomize=True,
            database=None,
            deadline=None,
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=strategy)
        def answers_conform(case: Case) -> None:
            request = case.as_transport_kwargs(base_url="http://shoal")
            request.pop("cookies", None)
            url = request.pop("url")
            response = self.send(request.pop("method"), url, **_for_httpx(request))
            case.validate_response(response, checks=CHECKS)

        answers_conform()


def _for_httpx(request: dict[str, Any]) -> dict[str, Any]:
    """Return requests' arguments as httpx names them."""
    data = request.pop("data", None)
    if data is not None:
        request["content"] = data
    headers = {name: value for name, value in request.pop("headers", {}).items() if value is not None}
    if headers.get("Content-Encoding") == "gzip" and isinstance(request.get("content"), bytes):
        request["content"] = gzip.compress(request["content"])
    return {**request, "headers": {name: value.encode("latin-1") for name, value in headers.items()}}
