"""Fifty people draw boxes on images at the same time: no slot is given twice, and no request fails."""

import asyncio
import random
from collections import defaultdict

import pytest

from adapters.gateway.servicekit import RunningGateway, running_gateway, wait_until
from adapters.gateway.typekit import IMAGE, NAMES, SCHEMAS

pytestmark = pytest.mark.servers
PEOPLE = 50
BOX = {"label": NAMES[0], "left": 0.1, "top": 0.1, "right": 0.5, "bottom": 0.5}
ANSWER = {"kind": "boxes", "width": 640, "height": 480, "boxes": [BOX] * 5}
THINK_S = 0.05
IMAGES = 200


async def offer(gateway: RunningGateway, count: int, votes: int) -> None:
    """Put images with five predicted boxes into the queue."""
    gateway.project("reef", SCHEMAS["boxes"], prelabels="shown")
    prediction = {"boxes": [{**BOX, "score": 0.6}] * 5}
    for number in range(count):
        await gateway.job("reef", number, "inhouse", votes=votes, content=IMAGE, prediction=prediction)
    waiting = "SELECT count(*) FROM queue"

    async def is_offered() -> bool:
        return await gateway.count(waiting) == count

    await wait_until(is_offered, "the queue has every task", 300)


async def work(gateway: RunningGateway, who: str, holders: dict[str, set[str]], wanted: int) -> None:
    """Answer tasks until people were given so many together. `holders` gets who was given each task."""
    idle = 0
    while sum(map(len, holders.values())) < wanted:
        await asyncio.sleep(THINK_S * random.uniform(0.5, 1.5) + 0.02 * idle)
        taken = await gateway.http.get(f"/v1/projects/reef/queue/next?annotator={who}")
        if taken.status_code == 204:  # nothing is left for this person, or what is left is locked
            idle += 1
            continue
        task, idle = taken.json()["task_id"], 0
        holders[task].add(who)
        await asyncio.sleep(THINK_S * random.uniform(0.5, 1.5))
        body = {"annotator": who, "answer": ANSWER}
        stored = await gateway.http.post(f"/v1/tasks/{task}/annotations", json=body)
        assert stored.status_code == 201, stored.text


@pytest.mark.parametrize("votes", [1, 2])
async def test_fifty_people_get_every_image_as_often_as_it_wants_votes(migrated_dsn: str, votes: int) -> None:
    images = IMAGES // votes
    async with running_gateway(migrated_dsn) as gateway:
        await offer(gateway, images, votes)
        holders: dict[str, set[str]] = defaultdict(set)
        people = (work(gateway, f"p{n}", holders, images * votes) for n in range(PEOPLE))
        async with asyncio.timeout(300):
            await asyncio.gather(*people)
        more = await gateway.http.get("/v1/projects/reef/queue/next?annotator=p0")
        assert more.status_code == 204
        assert {len(people) for people in holders.values()} == {votes}
        assert len(holders) == images
        assert await gateway.count("SELECT count(*) FROM annotations") == images * votes
        assert await gateway.count("SELECT count(*) FROM annotations WHERE surplus") == 0
        assert await gateway.count("SELECT count(*) FROM tasks WHERE state = 'done'") == images
