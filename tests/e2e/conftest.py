"""All five services as child processes on a stack of their own, configured as in production."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from databasekit import create_database, drop_database
from shoal_local.ports import free_port
from shoal_local.services import LocalShoal
from shoal_local.stack import Stack


@dataclass(frozen=True, slots=True)
class Running:
    """A running Shoal, its stack, its database, and the port of the only host of images that it reads."""

    shoal: LocalShoal
    stack: Stack
    dsn: str
    image_port: int


@pytest.fixture(scope="package")
def running() -> Iterator[Running]:
    """Yield Shoal with a database of its own."""
    with Stack() as stack:
        dsn = asyncio.run(create_database(stack.postgres_dsn))
        more = {"SHOAL_POSTGRES_DSN": dsn, "SHOAL_AUDIT_RATE": "0", "SHOAL_POLL_INTERVAL_S": "0.3"}
        more["SHOAL_METRICS_INTERVAL_S"] = "1"
        more["SHOAL_FIRST_CAMPAIGN_WAIT_S"] = "0"  # tests of other things decide without a campaign
        image_port = free_port()
        more["SHOAL_MEDIA_HOSTS"] = f"http://127.0.0.1:{image_port}"
        more["SHOAL_MEDIA_NETWORKS"] = "127.0.0.0/8"
        with LocalShoal(stack, environment=more) as shoal:
            yield Running(shoal, stack, dsn, image_port)
        asyncio.run(drop_database(stack.postgres_dsn, dsn))
