"""Run a service: start logs, the admin port, Kafka and the service, and stop them in the opposite order."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import structlog

from shoal import __version__
from shoal.messaging import Health, KafkaSettings, Messaging, connect
from shoal.observability import metrics
from shoal.observability.spans import OtlpExporter
from shoal.observability.traces import start_traces
from shoal.runtime.admin import State, admin_app
from shoal.runtime.calling import Calling
from shoal.runtime.dependencies import DependencyWatch
from shoal.runtime.heartbeat import watch_event_loop
from shoal.runtime.loopback import is_loopback
from shoal.runtime.loops import Loop
from shoal.runtime.measuring import measuring_loop
from shoal.runtime.server import bind_address, serve_app, url_of
from shoal.runtime.service import Background, Build, S, Service
from shoal.runtime.settings import ServiceSettings
from shoal.runtime.timing import Timing
from shoal.security.access import Access
from shoal.security.following import KeyFollower, changes_at

_log = structlog.get_logger("shoal.runtime")
LAST_PASS_S = 2.0


@dataclass(slots=True, kw_only=True)
class Running:
    """A running service; `failed` returns when a background task ends.

    work: what runs beside the consumers. serving: ends the HTTP API.
    """

    service: Service
    messaging: Messaging
    admin_url: str
    http_url: str = ""
    tasks: list[asyncio.Task[None]] = field(default_factory=list)
    work: list[Background] = field(default_factory=list)
    serving: AsyncExitStack = field(default_factory=AsyncExitStack)

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
    kafka = kafka or KafkaSettings()
    state = State(role=settings.role)
    for name in settings.DEPENDENCIES:
        metrics.DEPENDENCY_UP.labels(name).set(0)
    async with AsyncExitStack() as stack:
        if settings.traces_url:
            exporter = OtlpExporter(settings.traces_url, service=settings.SERVICE, version=__version__)
            stack.callback(start_traces(exporter, settings.traces_ratio))
        admin = bind_address(settings.admin_host, settings.admin_port)
        await stack.enter_async_context(serve_app(admin_app(state), admin, graceful_timeout_s=1))
        messaging = await state.starting.repeat(
            f"Kafka at {kafka.bootstrap}", lambda: _enter_messaging(stack, kafka, settings.SERVICE)
        )
        service = await state.starting.repeat(
            "its resources", lambda: stack.enter_async_context(build(settings, messaging.publisher))
        )
        running = Running(service=service, messaging=messaging, admin_url=url_of(admin))
        await _watch_parts(settings, state, running, stack)
        state.starting.waits_for = "Kafka's topics and consumer groups"
        stack.push_async_callback(messaging.stop)
        stack.push_async_callback(running.serving.aclose)
        await _start_service(settings, service, running, stack)
        watching = [_start_task(watch_event_loop)]
        stack.push_async_callback(_cancel_tasks, watching)
        state.started = True
        _log.info("started", role=settings.role, http=running.http_url, admin=running.admin_url)
        try:
            yield running
        finally:
            state.stopping = True
            # At once: requests in flight and batches in flight have the same time.
            await asyncio.gather(running.serving.aclose(), messaging.stop_consumers())


async def _watch_parts(
    settings: ServiceSettings, state: State, running: Running, stack: AsyncExitStack
) -> None:
    """Let the admin port know the state of every part, and of the servers."""
    service, messaging = running.service, running.messaging
    state.needs_kafka = settings.role != "http" or not service.serves_without_kafka
    state.health = lambda: messaging.health(settings.stuck_s) + _work_health(running.work, settings.stuck_s)
    state.watches = [DependencyWatch(dependency) for dependency in service.dependencies]
    metrics.DEPENDENCY_UP.labels("kafka").set_function(lambda: not messaging.fault())
    for watch in state.watches:
        metrics.DEPENDENCY_UP.labels(watch.dependency.name).set_function(
            lambda watch=watch: not watch.fault()
        )
    await asyncio.gather(*(watch.ask() for watch in state.watches))
    tasks = [_start_task(watch.run) for watch in state.watches]
    stack.push_async_callback(_cancel_tasks, tasks)


def _work_health(work: Sequence[Background], stuck_s: float) -> list[Health]:
    """Return the loops and relays that are stuck, because a pass neither succeeds nor fails, and notes."""
    stuck = [_note_health(part) for part in work if isinstance(part, Loop) and part.describe()]
    for part in work:
        idle_s = part.passes.idle_s()
        if idle_s > (getattr(part, "longest_s", None) or stuck_s):
            detail = f"has got no further for {idle_s:.0f} s"
            stuck.append(Health(f"background:{part.passes.name}", alive=False, ready=False, detail=detail))
    return stuck


def _note_health(loop: Loop) -> Health:
    return Health(f"background:{loop.name}", alive=True, ready=True, detail=loop.describe())


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
        running.tasks += [_start_task(work.run) for work in service.background]
        loops = [*service.loops, *_measuring_loops(settings, service, running.messaging)]
        running.work += [*service.background, *loops]
        tasks = [asyncio.create_task(loop.run(), name=loop.name) for loop in loops]
        stack.push_async_callback(_stop_loops, loops, tasks)
        running.tasks += tasks
    if answers and service.app is not None:
        if follower := _key_follower(settings, service):
            following = [_start_task(follower.run)]
            running.serving.push_async_callback(_cancel_tasks, following)
        service.app.state.access = Access(
            service.directory,
            settings.admin_key,
            second_key=settings.admin_key_second,
            loopback=is_loopback(settings.http_host),
        )
        sock = bind_address(settings.http_host, settings.http_port)
        running.http_url = url_of(sock)
        app = Timing(Calling(service.app), service.name)
        served = serve_app(app, sock, graceful_timeout_s=settings.graceful_timeout_s)
        await running.serving.enter_async_context(served)


def _measuring_loops(settings: ServiceSettings, service: Service, messaging: Messaging) -> list[Loop]:
    letters = [messaging.measure_dead_letters] if service.consumers else []
    measures = [*service.measures, *letters]
    return [measuring_loop(measures, settings.metrics_interval_s)] if measures else []


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
