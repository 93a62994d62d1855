"""Fifty people draw boxes on images at the same time: no slot is given twice, and no request fails."""

import asyncio
import random
from time import perf_counter

import pytest

from adapters.gateway.servicekit import RunningGateway, running_gateway, wait_until
from adapters.gateway.typekit import IMAGE, NAMES, SCHEMAS

pytestmark = pytest.mark.servers
PEOPLE = 50
BOX = {"label": NAMES[0], "left": 0.1, "top": 0.1, "right": 0.5, "bottom": 0.5}
ANSWER = {"kind": "boxes", "width": 640, "height": 480, "boxes": [BOX] * 5}
DOUBLE = """
SELECT external_id FROM annotations WHERE action = 'submitted'
GROUP BY external_id HAVING count(*) > 1
"""


async def offer(gateway: RunningGateway, count: int) -> None:
    """Put images with five predicted boxes into the queue."""
    gateway.project("reef", SCHEMAS["boxes"], prelabels="shown")
    prediction = {"boxes": [{**BOX, "score": 0.6}] * 5}
    for number in range(count):
        await gateway.job("reef", number, "inhouse", content=IMAGE, prediction=prediction)
    waiting = "SELECT count(*) FROM queue"

    async def is_offered() -> bool:
        return await gateway.count(waiting) == count

    await wait_until(is_offered, "the queue has every task", 300)


async def work(gateway: RunningGateway, who: str, think_s: float, seconds: list[float]) -> int:
    """Answer tasks until none is left; return how many. `seconds` gets the time of each request."""
    answered, idle = 0, 0
    while idle < 3:  # a locked task is skipped, so one empty answer does not mean an empty queue
        await asyncio.sleep(think_s * random.uniform(0.5, 1.5) + 0.02 * idle)
        start = perf_counter()
        taken = await gateway.http.get(f"/v1/projects/reef/queue/next?annotator={who}")
        seconds.append(perf_counter() - start)
        if taken.status_code == 204:
            idle += 1
            continue
        task, idle = taken.json()["task_id"], 0
        await asyncio.sleep(think_s * random.uniform(0.5, 1.5))
        start = perf_counter()
        body = {"annotator": who, "answer": ANSWER}
        stored = await gateway.http.post(f"/v1/tasks/{task}/annotations", json=body)
        seconds.append(perf_counter() - start)
        assert stored.status_code == 201, stored.text
        answered += 1
    return answered


async def all_work(gateway: RunningGateway, think_s: float) -> list[float]:
    """Let everybody work; return the sorted times of their requests in seconds."""
    seconds: list[float] = []
    counts = await asyncio.gather(*(work(gateway, f"p{n}", think_s, seconds) for n in range(PEOPLE)))
    assert sum(counts) == await gateway.count("SELECT count(*) FROM tasks WHERE answers = 1")
    assert await gateway.pool.fetch(DOUBLE) == []
    return sorted(seconds)


async def test_fifty_people_get_every_image_once(postgres_dsn: str) -> None:
    async with running_gateway(postgres_dsn) as gateway:
        await offer(gateway, 120)
        await all_work(gateway, 0.05)
        assert await gateway.count("SELECT count(*) FROM tasks WHERE state = 'done'") == 120
