"""Run a service: start logs, the admin port, Kafka and the service, and stop them in the opposite order."""

import asyncio
import gc
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import structlog

from shoal import __version__
from shoal.messaging import AccessRefused, KafkaSettings, Messaging, connect
from shoal.observability import metrics
from shoal.observability.logs import configure_logs
from shoal.runtime.admin import State, admin_app
from shoal.runtime.loopback import is_loopback
from shoal.runtime.loops import Loop
from shoal.runtime.measuring import measuring_loop
from shoal.runtime.server import bind_address, serve_app, url_of
from shoal.runtime.service import Build, S, Service
from shoal.runtime.settings import ServiceSettings, UnsafeSettings
from shoal.runtime.timing import Timing
from shoal.security.access import Access
from shoal.security.following import KeyFollower, changes_at

_log = structlog.get_logger("shoal.runtime")
LAST_PASS_S = 2.0


@dataclass(slots=True, kw_only=True)
class Running:
    """A running service; `failed` returns when a background task ends."""

    service: Service
    messaging: Messaging
    admin_url: str
    http_url: str = ""
    tasks: list[asyncio.Task[None]] = field(default_factory=list)

    async def failed(self) -> None:
        """Wait until a background task ends, which is a failure; raise its error or RuntimeError."""
        if not self.tasks:
            await asyncio.Event().wait()
        ended, _ = await asyncio.wait(self.tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in ended:
            task.result()
        raise RuntimeError(f"background work ended: {', '.join(task.get_name() for task in ended)}")


@asynccontextmanager
async def running_service(
    settings: S, build: Build[S], kafka: KafkaSettings | None = None
) -> AsyncIterator[Running]:
    """Run a service in this event loop while the block runs.

    `kafka`: KafkaSettings() by default. While Kafka or PostgreSQL is away at the start, it waits, and
    /startupz says for what. Raises OSError if a port is in use, and the errors of `build` that are no outage.
    """
    state, kafka = State(), kafka or KafkaSettings()
    async with AsyncExitStack() as stack:
        admin = bind_address(settings.admin_host, settings.admin_port)
        await stack.enter_async_context(serve_app(admin_app(state), admin, graceful_timeout_s=1))
        messaging = await state.starting.repeat(
            f"Kafka at {kafka.bootstrap}", lambda: _enter_messaging(stack, kafka, settings.SERVICE)
        )
        service = await state.starting.repeat(
            "its resources", lambda: stack.enter_async_context(build(settings, messaging.publisher))
        )
        running = Running(service=service, messaging=messaging, admin_url=url_of(admin))
        state.health, state.ready = messaging.health, tuple(service.ready)
        stack.push_async_callback(messaging.stop)
        state.starting.waits_for = "Kafka's topics and consumer groups"
        await _start_service(settings, service, running, stack)
        state.started = True
        _log.info("started", role=settings.role, http=running.http_url, admin=running.admin_url)
        try:
            yield running
        finally:
            state.stopping = True


async def _enter_messaging(stack: AsyncExitStack, kafka: KafkaSettings, service: str) -> Messaging:
    connection = connect(kafka, service=service, version=__version__, connect_timeout_s=None)
    return await stack.enter_async_context(connection)


async def _start_service(settings: Any, service: Service, running: Running, stack: AsyncExitStack) -> None:
    """Start the parts in the order of their dependencies; `stack` stops them in the opposite order."""
    works, answers = settings.role != "http", settings.role != "worker"
    metrics.BUILD.labels(service.name, __version__).set(1)
    await running.messaging.start(service.consumers if works else (), service.all_broadcasts())
    if works:
        stack.push_async_callback(_cancel_tasks, running.tasks)
        running.tasks += [_start_task(work) for work in service.background]
        loops = [*service.loops, *_measuring_loops(settings, service)]
        tasks = [asyncio.create_task(loop.run(), name=loop.name) for loop in loops]
        stack.push_async_callback(_stop_loops, loops, tasks)
        running.tasks += tasks
    if answers and service.app is not None:
        if follower := _key_follower(settings, service):
            following = [_start_task(follower.run)]
            stack.push_async_callback(_cancel_tasks, following)
        service.app.state.access = Access(
            service.directory,
            settings.admin_key,
            second_key=settings.admin_key_second,
            loopback=is_loopback(settings.http_host),
        )
        sock = bind_address(settings.http_host, settings.http_port)
        running.http_url = url_of(sock)
        app = Timing(service.app, service.name)
        await stack.enter_async_context(serve_app(app, sock, graceful_timeout_s=settings.graceful_timeout_s))


def _measuring_loops(settings: ServiceSettings, service: Service) -> list[Loop]:
    return [measuring_loop(service.measures, settings.metrics_interval_s)] if service.measures else []


def _key_follower(settings: ServiceSettings, service: Service) -> KeyFollower | None:
    if service.directory is None or settings.admin_key is None:
        return None
    if service.key_changes is not None:
        return KeyFollower(service.directory, service.key_changes)
    if settings.ingest_url:
        return KeyFollower(service.directory, changes_at(settings.ingest_url, settings.admin_key))
    return None


def _start_task(work: Callable[[], Awaitable[None]]) -> asyncio.Task[None]:
    async def run() -> None:
        await work()

    return asyncio.create_task(run(), name=getattr(work, "__qualname__", repr(work)))


async def _stop_loops(loops: Sequence[Loop], tasks: Sequence[asyncio.Task[None]]) -> None:
    """Let present passes end; `_cancel_tasks` ends those that take longer."""
    for loop in loops:
        loop.stop()
    if tasks:
        await asyncio.wait(tasks, timeout=LAST_PASS_S)


async def _cancel_tasks(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def run_service(settings: S, build: Build[S]) -> None:
    """Run a service until SIGTERM or SIGINT, then stop gracefully.

    Exits with 1 after a failure, with 2 if Kafka refuses access or the settings are unsafe.
    """
    configure_logs(settings.log_level, settings.log_format, service=settings.SERVICE, version=__version__)
    import uvloop

    try:
        settings.check_safety()
        uvloop.run(_until_signalled(settings, build))
    except UnsafeSettings as error:
        _log.error("unsafe_settings", error=str(error))
        raise SystemExit(2) from None
    except AccessRefused as error:
        _log.error("kafka_refused", error=str(error))
        raise SystemExit(2) from None
    except Exception:
        _log.exception("service_failed")
        raise SystemExit(1) from None


async def _until_signalled(settings: S, build: Build[S]) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    stopped = asyncio.create_task(stop.wait())
    serving_task = asyncio.create_task(_serve_until(settings, build, stop))
    # A signal also ends a start that waits, for example during an outage of Kafka.
    await asyncio.wait((stopped, serving_task), return_when=asyncio.FIRST_COMPLETED)
    if not serving_task.done():
        _log.info("stopping")
        _, late = await asyncio.wait((serving_task,), timeout=settings.graceful_timeout_s + 5)
        if late:
            serving_task.cancel()
    stopped.cancel()
    await asyncio.gather(serving_task, return_exceptions=stop.is_set())


async def _serve_until(settings: S, build: Build[S], stop: asyncio.Event) -> None:
    async with running_service(settings, build) as running:
        _spare_the_collector()
        failed = asyncio.create_task(running.failed())
        stopped = asyncio.create_task(stop.wait())
        await asyncio.wait((failed, stopped), return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
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
