"""The engine's errors as the gRPC statuses that Qdrant returns."""

import functools
from collections.abc import Callable
from typing import Any

import grpc as transport

from shoal_local.servers.qdrant.engine import CollectionExists, UnknownCollection, WrongVector
from shoal_local.servers.qdrant.values import Unsupported

STATUSES: dict[type[Exception], Any] = {
    UnknownCollection: transport.StatusCode.NOT_FOUND,
    CollectionExists: transport.StatusCode.ALREADY_EXISTS,
    WrongVector: transport.StatusCode.INVALID_ARGUMENT,
    Unsupported: transport.StatusCode.UNIMPLEMENTED,
}


def with_status(method: Callable[..., Any]) -> Callable[..., Any]:
    """Wrap `method` to answer the errors of STATUSES with a gRPC status and the error's text."""

    @functools.wraps(method)
    def call(self: Any, request: Any, context: Any) -> Any:
        try:
            return method(self, request, context)
        except tuple(STATUSES) as error:
            context.abort(STATUSES[type(error)], str(error.args[0]))

    return call
