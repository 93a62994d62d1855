"""A process that has an effect and is killed before it can commit; run by test_outages.py."""

import asyncio
import sqlite3
import sys
from collections.abc import Sequence
from dataclasses import replace

from shoal.contracts import topics
from shoal.messaging import Consumer, KafkaSettings, Received, Rejection, connect


async def main(settings: KafkaSettings, topic: str, group: str, database: str) -> None:
    async def handle(batch: Sequence[Received]) -> Sequence[Rejection]:
        with sqlite3.connect(database) as effects:
            ids = [(received.id,) for received in batch]
            effects.executemany("insert into delivery values (?)", ids)
            effects.executemany("insert into effect values (?)", ids)
        sys.stdout.write("effect\n")
        sys.stdout.flush()
        await asyncio.sleep(3600)
        return ()

    own = replace(topics.SAMPLES_INGESTED, name=topic)
    async with connect(settings, service="crashing", version="1") as messaging:
        await messaging.start([Consumer(topic=own, group=group, handle=handle)])
        await asyncio.sleep(3600)


if __name__ == "__main__":
    asyncio.run(main(KafkaSettings.model_validate_json(sys.argv[1]), *sys.argv[2:5]))
