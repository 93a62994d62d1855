"""Limits of one HTTP connection: how long and how large the head of a request may be."""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MOST_CONNECTIONS = 2000  # of one service; above it, 503
HEAD_S = 10.0  # time for the head of a request, in seconds
MOST_HEAD_BYTES = 64 * 1024
LAST_REQUEST_S = 0.5  # wait for a request that is on its way when the server stops


class PatientProtocol(HttpToolsProtocol):
    """uvicorn's protocol, which itself waits without end for the end of a request's head."""

    def connection_made(self, transport: Any) -> None:
        """Start the clock of the first request."""
        super().connection_made(transport)
        self._head_bytes = 0
        self._deadline: asyncio.TimerHandle | None = None
        self._start_clock()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the clock."""
        self._stop_clock()
        super().connection_lost(exc)

    def shutdown(self) -> None:
        """End the connection after its answer; an idle one after a moment, as a request may be on its way."""
        if self.cycle is None or self.cycle.response_complete:
            self.loop.call_later(LAST_REQUEST_S, super().shutdown)
        else:
            super().shutdown()

    def on_message_begin(self) -> None:
        """Start the clock of the next request."""
        super().on_message_begin()
        self._start_clock()

    def on_url(self, url: bytes) -> None:
        """Count the URL."""
        super().on_url(url)
        self._count_head(len(url))

    def on_header(self, name: bytes, value: bytes) -> None:
        """Count a header."""
        super().on_header(name, value)
        self._count_head(len(name) + len(value))

    def on_headers_complete(self) -> None:
        """Stop the clock: from here the application decides."""
        self._stop_clock()
        if not self.transport.is_closing():
            super().on_headers_complete()

    def _start_clock(self) -> None:
        self._stop_clock()
        self._head_bytes = 0
        self._deadline = self.loop.call_later(HEAD_S, self.transport.close)

    def _stop_clock(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _count_head(self, size: int) -> None:
        self._head_bytes += size
        if self._head_bytes > MOST_HEAD_BYTES:
            self.transport.close()
