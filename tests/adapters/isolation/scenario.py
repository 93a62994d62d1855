"""What one project does: every project with the same names and ids, but with its own content and answers."""

from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any
from uuid import UUID

import orjson

from adapters.gateway.gatewaykit import NOON as LATER
from adapters.gateway.gatewaykit import answer
from adapters.isolation.loopkit import NOON, Loop, poll_vendor
from shoal.contracts.answers import ClassAnswer
from shoal.contracts.ids import job_id, sample_id
from shoal.contracts.samples import Content, InferenceHalf
from shoal.runtime.refusal import Refused
from shoal.samples import SampleFields
from shoal_gateway.domain.annotations import Annotation
from shoal_gateway.domain.providers import ProviderConfig
from shoal_gateway.domain.tasks import Lane
from shoal_gateway.usecases.ids import external_id
from shoal_gateway.usecases.inhouse.annotate import Submission
from shoal_qa.usecases.datasets.drafting import DatasetRequest
from shoal_qa.usecases.gold import GoldItem
from shoal_qa.usecases.rules import Rule
from shoal_sampler.usecases.campaigns.definition import Definition

PROJECTS = ("news", "news.2")
CLASSES = ("x", "y")
GOLD = [str(UUID(int=number)) for number in range(1, 7)]
PEOPLE = ("ann", "bob", "cid")


class Tenant:
    """One project of a loop. Every choice is drawn from `seed` and the project's name alone."""

    def __init__(self, loop: Loop, project: str, seed: int) -> None:
        self.loop, self.project = loop, project
        (self.other,) = (name for name in PROJECTS if name != project)
        self.chance = Random(f"{seed} {project}")
        self.crowd = ProviderConfig(
            project=project, name="crowd", kind="crowd", price_per_vote=self.chance.choice([0.1, 0.2])
        )
        self.refusals: list[str] = []
        self._answers = 0

    async def set_up(self) -> None:
        """Configure guideline, rule, provider and campaigns."""
        chance, qa = self.chance, self.loop.qa
        document: dict[str, Any] = {"title": self.project, "text": "", "prelabels_allowed": False}
        classes = [{"name": name, "definition": "", "examples": []} for name in CLASSES]
        document["label_schema"] = {"kind": "single_choice", "classes": classes}
        await qa.guidelines.publish(self.project, document, NOON)
        threshold = chance.choice([0.6, 0.7, 0.8])
        rule = Rule(model="majority", accept_probability=threshold, max_votes=chance.choice([2, 3]))
        await qa.rules.put(self.project, rule, NOON)
        await self.loop.gateway.configs.put(self.crowd)

    async def start_campaigns(self) -> None:
        """Create a campaign at the vendor and one in the in-house queue."""
        for name, provider, strategy in (
            ("all", "crowd", {"kind": "random", "share": self.chance.choice([0.5, 1.0])}),
            ("doubt", "inhouse", {"kind": "uncertainty", "share": 0.5, "window_samples": 4}),
        ):
            budget = {"votes": self.chance.choice([9, 30])}
            body = {"name": name, "strategy": strategy, "budget": budget, "labeling": {"provider": provider}}
            await self.loop.sampler.manage.create(self.project, Definition.model_validate(body))

    async def add_gold(self) -> None:
        """Add gold items by ids that other projects use as well: small UUIDs, their samples, equal texts."""
        chance, votes = self.chance, self.chance.choice([1, 2, 50])
        fields: list[dict[str, str]] = [{"sample_id": name} for name in chance.sample(GOLD, 3)]
        fields.append({"sample_id": sample_id(self.other, "topics", "0")})
        fields.append({"source": "topics", "source_id": str(chance.randrange(4))})
        fields.append({})
        items = [
            GoldItem(
                Content(text=f"gold {item}"),
                ClassAnswer(label=self.label_of(f"gold {item}")),
                SampleFields(**item),
            )
            for item in fields
        ]
        try:
            await self.loop.qa.add_gold(self.project, items, votes)
        except Refused as error:  # an erased sample
            self.refusals.append(str(error))

    def halves(self, numbers: range) -> list[InferenceHalf]:
        """Return KServe's requests and responses under ids that count from 0 in every project."""
        halves = []
        for number in numbers:
            score = round(self.chance.uniform(0.5, 1.0), 3)
            text = f"text {number}" if number % 2 else f"{self.project} {number} {self.chance.random()}"
            bodies = {
                "request": {"instances": [text]},
                "response": {"predictions": [{"label": "x", "scores": {"x": score, "y": 1 - score}}]},
            }
            halves += [self._half(number, kind, body) for kind, body in bodies.items()]
        return halves

    def _half(self, number: int, kind: Any, body: dict[str, Any]) -> InferenceHalf:
        return InferenceHalf(
            project=self.project,
            correlation_id=str(number),
            half=kind,
            dialect="kserve",
            source="topics",
            model="topics",
            payload=orjson.dumps(body),
            occurred_at=NOON,
            received_at=NOON,
        )

    async def work(self) -> None:
        """Let every annotator answer the in-house queue, and the vendor's people its tasks."""
        for annotator in PEOPLE:
            for lane in Lane:
                await self._work_lane(annotator, lane)
        await self._answer_for_vendor()

    async def _work_lane(self, annotator: str, lane: Lane) -> None:
        annotate = self.loop.gateway.annotate
        while task := await annotate.next(self.project, lane, annotator):
            order, _ = task
            assert order.project == self.project
            label = None if self.chance.random() < 0.1 else self.label_of(f"{order.datum.text}", annotator)
            await annotate.answer(
                Submission(external_id=order.external_id, annotator=annotator, label=label, reason="no")
            )

    async def _answer_for_vendor(self) -> None:
        """Answer tasks twice, with ids of annotations that count from 0, and tasks of the other project."""
        orders = list(self.loop.gateway.vendors[self.crowd.key].orders.values())
        assert all(order.project == self.project for order in orders)
        items = [
            self._vendor_answer(order.external_id, f"{order.datum.text}", annotator)
            for order in orders
            for annotator in self.chance.sample(PEOPLE, 2)
        ]
        foreign = [external_id(job, Lane.LABEL, 1) for job in self._foreign_jobs()]
        half = len(items) // 2
        page = items[:half] + [self._vendor_answer(task, "", "eve") for task in foreign]
        await poll_vendor(self.loop, self.crowd, page)
        await self._send_webhook(items[half:])

    def _vendor_answer(self, task: str, text: str, annotator: str) -> Annotation:
        self._answers += 1
        item = answer(task, annotator, self.label_of(text, annotator))
        return replace(
            item,
            annotation_id=f"a{self._answers}",
            submitted_at=LATER + timedelta(seconds=self._answers),
        )

    async def _send_webhook(self, items: list[Annotation]) -> None:
        await self.loop.gateway.inbox.keep(self.crowd, f"msg_{self._answers}", items)
        await self.loop.gateway.drain()

    async def erase(self) -> None:
        """Erase a sample of this project, and ids that are the other project's."""
        own = sample_id(self.project, "topics", str(self.chance.randrange(4)))
        foreign = [sample_id(self.other, "topics", str(number)) for number in range(2)]
        await self.loop.erase(self.project, [own, *foreign, self.chance.choice(GOLD)], "asked")

    async def review(self) -> None:
        """Decide what waits for an expert, and try the jobs of the other project."""
        rows = await self.loop.pools["qa"].fetch(
            "SELECT job_id FROM jobs WHERE project = $1 AND state = 'review' ORDER BY job_id", self.project
        )
        for job in [*(row["job_id"] for row in rows), *self._foreign_jobs()]:
            try:
                await self.loop.qa.review(
                    self.project, job, ClassAnswer(label=self.chance.choice(CLASSES)), "boss"
                )
            except Refused as error:
                self.refusals.append(str(error))

    async def freeze(self) -> None:
        """Freeze the accepted labels under a name that the other project uses as well."""
        await self.loop.qa.freeze(
            self.project, DatasetRequest(dataset="topics", splits={"train": 0.5, "test": 0.5})
        )

    def _foreign_jobs(self) -> list[str]:
        """Return the ids of jobs of the other project, which anybody can derive."""
        samples = [sample_id(self.other, "topics", str(number)) for number in range(4)]
        return [job_id(self.other, sample, 1, "label") for sample in samples]

    def label_of(self, text: str, annotator: str = "") -> str:
        """Return the answer to a text: that of the project, or sometimes another."""
        return CLASSES[Random(f"{self.project} {text} {annotator}").random() < 0.3]
