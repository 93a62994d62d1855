"""The API key of the engine, as Qdrant has it: in the metadata `api-key` of every call."""

import hmac
import os
from collections.abc import Callable
from typing import Any

import grpc as transport

API_KEY = "SHOAL_LOCAL_QDRANT_API_KEY"
"""The environment variable that gives the engine its key."""


class KeyCheck(transport.ServerInterceptor):
    """Refuses calls without the key."""

    def __init__(self, key: str) -> None:
        self._key = key.encode()

    def intercept_service(self, continuation: Callable[[Any], Any], handler_call_details: Any) -> Any:
        """Return the call's handler, or one that refuses it."""
        for name, value in handler_call_details.invocation_metadata:
            if name == "api-key" and hmac.compare_digest(str(value).encode(), self._key):
                return continuation(handler_call_details)
        return transport.unary_unary_rpc_method_handler(_refuse_call)


def key_checks() -> list[transport.ServerInterceptor]:
    """Return the interceptors that the environment asks for."""
    key = os.environ.get(API_KEY)
    return [KeyCheck(key)] if key else []


def _refuse_call(_request: Any, context: Any) -> None:
    context.abort(
        transport.StatusCode.UNAUTHENTICATED, "Must provide an API key or an Authorization bearer token"
    )
