"""A service for tests of the stop: `stopping_service.py TOPIC GROUP DATABASE`; ports and Kafka from SHOAL_*.

Every delivery and effect of a record is a row; a batch takes a second. /hold and /block make a file when
they begin; /hold answers when it is removed.
"""

import asyncio
import os
import sqlite3
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

from fastapi import FastAPI

from shoal.contracts.topics import SAMPLES_INGESTED
from shoal.messaging import Consumer, Publisher, Received, Rejection
from shoal.runtime import Service, ServiceSettings, run_service

BATCH_S = 1.0


class StoppingSettings(ServiceSettings):
    """Settings of the service."""

    SERVICE: ClassVar[str] = "stopping"


@asynccontextmanager
async def build_service(_: StoppingSettings, __: Publisher) -> AsyncIterator[Service]:
    name, group, database = sys.argv[1:4]
    app = FastAPI()

    @app.get("/wait")
    async def wait(seconds: float) -> float:
        await asyncio.sleep(seconds)
        return seconds

    @app.get("/hold")
    def hold(file: Path) -> bool:
        file.touch()
        while file.exists():
            time.sleep(0.05)
        return True

    @app.get("/block")
    async def block(file: str) -> bool:
        os.mknod(file)
        time.sleep(1000)  # noqa: ASYNC251 - a fault of the service
        return True

    def write(table: str, batch: Sequence[Received]) -> None:
        with sqlite3.connect(database, timeout=30) as rows:
            rows.executemany(f"insert into {table} values (?)", [(received.id,) for received in batch])

    async def handle(batch: Sequence[Received]) -> Sequence[Rejection]:
        write("delivery", batch)
        await asyncio.sleep(BATCH_S)
        write("effect", batch)
        return ()

    topic = replace(SAMPLES_INGESTED, name=name, groups=(group,))
    yield Service(
        name="stopping",
        app=app,
        consumers=[Consumer(topic=topic, group=group, handle=handle, max_records=10)],
    )


if __name__ == "__main__":
    run_service(StoppingSettings(), build_service)
