"""A job ends however people vote: twice, too often, late, with edits, and after a cancel."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from random import Random

import pytest

from adapters.gateway.gatewaykit import answer
from adapters.isolation.loopkit import NOON, SCHEMAS, Loop, Pools, Vendor, poll_vendor
from shoal.contracts.labels import GuidelineRef, LabelingJob
from shoal.contracts.samples import Content
from shoal.persistence import open_pool
from shoal_gateway.domain.annotations import Annotation
from shoal_gateway.domain.providers import ProviderConfig
from shoal_qa.usecases.rules import Rule

pytestmark = [pytest.mark.servers, pytest.mark.timeout(180)]
CROWD = ProviderConfig(project="news", name="crowd", kind="crowd", price_per_vote=0.1)
PEOPLE = "abcdefgh"
JOBS = 6
MOST = 4
STATES = "SELECT job_id, state FROM jobs ORDER BY job_id"


@dataclass
class People:
    """The vendor's people. They know nothing of earlier tasks, and some answers are wilful."""

    vendor: Vendor
    chance: Random
    eager: bool
    revisions: dict[tuple[str, str], int] = field(default_factory=dict)

    def wanted(self) -> dict[str, int]:
        """Return the votes that each task that is not cancelled wants in all."""
        votes = {task: order.votes for task, order in self.vendor.orders.items()}
        for kind, task, number in self.vendor.calls:
            if kind == "extend":
                votes[task] = max(votes[task], number)
        for kind, task, _ in self.vendor.calls:
            if kind == "cancel":
                votes.pop(task, None)
        return votes

    def answers(self) -> list[Annotation]:
        """Return one answer to each task that wants more, by a person who has not answered the task."""
        items = []
        for task, votes in sorted(self.wanted().items()):
            free = [who for who in PEOPLE if (task, who) not in self.revisions]
            busy = len(PEOPLE) - len(free)
            items += [self._revise(task, who) for who in free[: min(1, max(0, votes - busy))]]
        return items

    def disturbances(self) -> list[Annotation]:
        """Return edits of old answers, and, of eager people, answers to tasks that want none."""
        items = []
        for task, who in self.chance.sample(sorted(self.revisions), min(4, len(self.revisions))):
            items.append(self._revise(task, who))
        if self.eager:
            for task in self.chance.sample(sorted(self.vendor.orders), 2):
                who = self.chance.choice(PEOPLE)
                items += [self._revise(task, who)] if (task, who) not in self.revisions else []
        return items

    def _revise(self, task: str, who: str) -> Annotation:
        revision = self.revisions.get((task, who), 0) + 1
        self.revisions[task, who] = revision
        return answer(task, who, self.chance.choice("xxy"), revision)


@pytest.fixture
async def pools(migrated_dsn: str) -> AsyncIterator[Pools]:
    async with AsyncExitStack() as stack:
        pools = {}
        for schema in SCHEMAS:
            pools[schema] = await open_pool(migrated_dsn, schema)
            stack.push_async_callback(pools[schema].close)
        yield pools


@pytest.mark.parametrize("eager", [False, True])
async def test_every_job_ends_and_no_person_counts_twice(pools: Pools, eager: bool) -> None:
    loop = Loop(pools)
    await set_up(loop)
    people = People(loop.gateway.vendors[CROWD.key], Random(7), eager)
    for _ in range(15):
        await poll_vendor(loop, CROWD, people.answers() + people.disturbances())
        await loop.settle()
    while items := people.answers():
        await poll_vendor(loop, CROWD, items)
        await loop.settle()
    jobs = await pools["qa"].fetch(STATES)
    assert {row["state"] for row in jobs} <= {"accepted", "review", "closed"}, jobs
    assert len(jobs) == JOBS
    assert any(kind == "cancel" for kind, _, _ in people.vendor.calls)
    assert any(order.excluded for order in people.vendor.orders.values())
    counted = await pools["gateway"].fetch("SELECT job_id, sum(answers) AS n FROM tasks GROUP BY job_id")
    for row in counted:
        voters = await pools["qa"].fetchval(VOTERS, row["job_id"])
        assert row["n"] == voters <= MOST


VOTERS = """
SELECT count(DISTINCT annotator) FROM (
    SELECT DISTINCT ON (annotation_id) annotator, action FROM annotations WHERE job_id = $1
    ORDER BY annotation_id, revision DESC) AS heads
WHERE action IN ('submitted', 'updated')
"""


async def set_up(loop: Loop) -> None:
    """Publish a guideline and a rule, and hand in jobs."""
    document = {"title": "news", "text": "", "prelabels_allowed": False}
    classes = [{"name": name, "definition": "", "examples": []} for name in "xy"]
    document["label_schema"] = {"kind": "single_choice", "classes": classes}
    await loop.qa.guidelines.publish("news", document, NOON)
    rule = Rule(model="majority", accept_probability=0.6, max_votes=MOST, hysteresis=0.05, exhausted="close")
    await loop.qa.rules.put("news", rule, NOON)
    await loop.gateway.configs.put(CROWD)
    await loop.settle()
    jobs = [
        LabelingJob(
            project="news",
            job_id=f"j{number}",
            sample_id=f"s{number}",
            purpose="label",
            guideline=GuidelineRef(major=1, minor=0),
            content=Content(text=f"text {number}"),
            votes=3,
            max_votes=MOST,
            provider="crowd",
            requested_at=NOON,
        )
        for number in range(JOBS)
    ]
    assert not await loop.gateway.create(jobs)
    assert not await loop.qa.jobs(jobs)
    await loop.settle()
