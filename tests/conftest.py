"""What suites share: the embedded stack, or the servers that the environment names."""

import asyncio
import gc
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from browserkit import INSTALL, find_chromium
from databasekit import clear_tables, create_database, drop_database, migrate_all
from scheduling import OneProcessAFile, sort_tests
from shoal_local.stack import Stack
from skipping import missing_parts

ROOT = Path(__file__).parents[1]
os.environ.setdefault("SHOAL_CACHE", str(ROOT / ".cache"))
# As in the Makefile: without bytecode, every process would compile its packages again.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False
# A shell's background job ignores Ctrl-C, and so would every command that a test starts and interrupts.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
os.environ.pop("COLUMNS", None)  # rich reads it once, at import; a test that needs a width sets it
# A busy machine is no failure.
settings.register_profile("shoal", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("shoal")


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Name bytes by their parameter: gzip writes the time, and processes must collect the same names."""
    return argname if isinstance(val, bytes) and not val.isascii() else None


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection() -> Iterator[None]:
    """Collect no garbage among modules and tests, which stay: looking through them again takes seconds."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Sort the files so that no process waits for one at the end."""
    sort_tests(items)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> OneProcessAFile:
    """Return what hands out the tests."""
    return OneProcessAFile(config, log)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> Iterator[None]:
    """Say at the end what was skipped, and what to install for it."""
    yield
    skipped = terminalreporter.stats.get("skipped", [])
    reasons = [str(report.longrepr[2]).removeprefix("Skipped: ") for report in skipped]
    if reasons:
        terminalreporter.section("not tested here")
        for line in missing_parts(reasons):
            terminalreporter.write_line(line)


@pytest.fixture(scope="session")
def chromium() -> str:
    """Return Chromium's path; without it the test is skipped, or fails where a browser is required."""
    program = find_chromium()
    if program is None:
        if os.environ.get("SHOAL_REQUIRE_BROWSER"):
            pytest.fail(f"Chromium is not installed: {INSTALL}")
        pytest.skip(f"needs Chromium: {INSTALL}")
    return program


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    """Yield one stack for the whole run."""
    with Stack() as running:
        yield running


@pytest.fixture
def kafka_bootstrap(stack: Stack) -> str:
    """Return the broker's address."""
    return stack.kafka_bootstrap


@pytest.fixture
def postgres_dsn(stack: Stack) -> Iterator[str]:
    """Yield a database of this test's own."""
    dsn = asyncio.run(create_database(stack.postgres_dsn))
    yield dsn
    asyncio.run(drop_database(stack.postgres_dsn, dsn))


@pytest.fixture(scope="session")
def service_tables(stack: Stack) -> Iterator[str]:
    """Yield a database with the tables of all services, which migrate once."""
    dsn = asyncio.run(create_database(stack.postgres_dsn))
    asyncio.run(migrate_all(dsn))
    yield dsn
    asyncio.run(drop_database(stack.postgres_dsn, dsn))


@pytest.fixture
def migrated_dsn(service_tables: str) -> Iterator[str]:
    """Yield a database with the empty tables of all services; the next test gets it too, emptied again."""
    yield service_tables
    asyncio.run(clear_tables(service_tables))


@pytest.fixture
def qdrant_url(stack: Stack) -> str:
    """Return the vector store's address."""
    return stack.environment["SHOAL_QDRANT_URL"]


@pytest.fixture
def qdrant_grpc_port(stack: Stack) -> int:
    """Return the vector store's gRPC port."""
    return int(stack.environment["SHOAL_QDRANT_GRPC_PORT"])
