"""Run a service as a process: until a signal, with a limit on the time to stop."""

import asyncio
import gc
import os
import signal
import threading
from types import FrameType

import structlog

from shoal import __version__
from shoal.messaging import AccessRefused
from shoal.observability.logs import configure_logs
from shoal.runtime.running import running_service
from shoal.runtime.service import Build, S
from shoal.runtime.settings import UnsafeSettings

LATE_S = 5.0
"""Seconds after the graceful timeout until the stop is cancelled, and again until the process ends."""
_log = structlog.get_logger("shoal.runtime")


def run_service(settings: S, build: Build[S]) -> None:
    """Run a service until SIGTERM or SIGINT, then stop gracefully; further signals change nothing.

    Exits with 0 after a signal, with 1 after a failure or if the stop takes too long, with 2 if Kafka refuses
    access or the settings are unsafe.
    """
    configure_logs(settings.log_level, settings.log_format, service=settings.SERVICE, version=__version__)
    import uvloop

    stop = StopSignal(settings.graceful_timeout_s)
    try:
        settings.check_safety()
        uvloop.run(_run_until_stop(settings, build, stop))
    except UnsafeSettings as error:
        _log.error("unsafe_settings", error=str(error))
        raise SystemExit(2) from None
    except AccessRefused as error:
        _log.error("kafka_refused", error=str(error))
        raise SystemExit(2) from None
    except Exception:
        _log.exception("service_failed")
        raise SystemExit(1) from None


class StopSignal:
    """SIGTERM or SIGINT, received once or several times.

    From the first one the process has the graceful timeout and a little more to end by itself; then it ends
    as it is. What was in flight comes again, as after a crash.
    """

    def __init__(self, graceful_timeout_s: float) -> None:
        self.graceful_timeout_s = graceful_timeout_s
        self.received = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._event = asyncio.Event()
        # Not the loop's handlers: they end with the loop, and a signal after that would kill the process.
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._receive)

    async def wait(self) -> None:
        """Wait for the first signal."""
        self._loop = asyncio.get_running_loop()
        if not self.received:
            await self._event.wait()

    def _receive(self, _number: int, _frame: FrameType | None) -> None:
        if self.received:
            return
        self.received = True
        limit = threading.Timer(self.graceful_timeout_s + 2 * LATE_S, _end_process)
        limit.daemon = True
        limit.start()
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._event.set)


def _end_process() -> None:
    _log.error("stop_took_too_long")
    os._exit(1)


async def _run_until_stop(settings: S, build: Build[S], stop: StopSignal) -> None:
    started = asyncio.Event()
    stopping = asyncio.create_task(stop.wait())
    serving = asyncio.create_task(_serve_until(settings, build, stop=stopping, started=started))
    await asyncio.wait((stopping, serving), return_when=asyncio.FIRST_COMPLETED)
    if not serving.done():
        _log.info("stopping")
        if not started.is_set():
            serving.cancel()  # it may wait for Kafka or PostgreSQL without end
        _, late = await asyncio.wait((serving,), timeout=settings.graceful_timeout_s + LATE_S)
        if late:
            serving.cancel()
    stopping.cancel()
    await asyncio.gather(serving, return_exceptions=stop.received)


async def _serve_until(
    settings: S, build: Build[S], *, stop: asyncio.Task[None], started: asyncio.Event
) -> None:
    async with running_service(settings, build) as running:
        started.set()
        _spare_the_collector()
        failed = asyncio.create_task(running.failed())
        await asyncio.wait((failed, stop), return_when=asyncio.FIRST_COMPLETED)
        if failed.done():
            failed.result()
        failed.cancel()


def _spare_the_collector() -> None:
    """Exclude objects of the start from garbage collection, and collect less often.

    Otherwise collections take a tenth of a consumer's time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 50, 100)
