"""What suites share: the embedded stack, or the servers that the environment names."""

import asyncio
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from xdist.scheduler import LoadFileScheduling

from databasekit import create_database, drop_database
from shoal_local.stack import Stack
from skipping import missing_parts

ROOT = Path(__file__).parents[1]
os.environ.setdefault("SHOAL_CACHE", str(ROOT / ".cache"))
os.environ.pop("COLUMNS", None)  # rich reads it once, at import; a test that needs a width sets it
settings.register_profile("shoal", deadline=None)  # a busy machine is no failure
settings.load_profile("shoal")


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Name bytes by their parameter: gzip writes the time, and processes must collect the same names."""
    return argname if isinstance(val, bytes) and not val.isascii() else None


class OneProcessAFile(LoadFileScheduling):
    """Runs the tests of one file in one process, and all of tests/e2e, which share a running Shoal."""

    def _split_scope(self, nodeid: str) -> str:
        file = str(super()._split_scope(nodeid))
        return "tests/e2e" if file.startswith("tests/e2e/") else file


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


@pytest.fixture
def chromium() -> str:
    """Return Chromium's path; without it the test is skipped, or fails where a browser is required."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        if os.environ.get("SHOAL_REQUIRE_BROWSER"):
            pytest.fail("Chromium is not installed: apt-get install chromium")
        pytest.skip("needs Chromium: apt-get install chromium")
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


@pytest.fixture
def qdrant_url(stack: Stack) -> str:
    """Return the vector store's address."""
    return stack.environment["SHOAL_QDRANT_URL"]


@pytest.fixture
def qdrant_grpc_port(stack: Stack) -> int:
    """Return the vector store's gRPC port."""
    return int(stack.environment["SHOAL_QDRANT_GRPC_PORT"])
