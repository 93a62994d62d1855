"""The crowd at work: people take tasks from the board and answer them; webhooks report the answers."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from random import Random

from shoal.clock import utc_now
from shoal_local.demo.workforce.board import Annotation, Board, Task, annotation_body
from shoal_local.demo.workforce.people import Answer, Minds, Person
from shoal_local.demo.workforce.webhooks import Webhooks


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Settings of the simulation.

    speedup: speed as a multiple of people's. price: price of a vote. api_key, webhook_secret: as configured
    at the gateway; without a secret no webhooks are sent. lost_webhooks: share of webhooks that are never
    sent, on purpose, so that their annotations arrive only by the feed.
    """

    speedup: float = 1.0
    price: float = 0.04
    api_key: str | None = None
    webhook_secret: str | None = None
    lost_webhooks: float = 0.1
    seed: int = 0


class Workforce:
    """The people, the board of their tasks, and the webhooks that report answers to Shoal."""

    def __init__(self, crowd: Sequence[Person], minds: Minds, terms: Terms) -> None:
        self.crowd = list(crowd)
        self.terms = terms
        self.board = Board()
        self.webhooks = Webhooks(terms.webhook_secret, terms.lost_webhooks, Random(terms.seed))  # noqa: S311 - the demo repeats itself
        self._minds = minds
        self._work = asyncio.Condition()

    async def run(self) -> None:
        """Work until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self.webhooks.run())
            for person in self.crowd:
                group.create_task(self._shift(person))

    async def call(self) -> None:
        """Wake idle people: the board has new tasks."""
        async with self._work:
            self._work.notify_all()

    async def _shift(self, person: Person) -> None:
        while True:
            task = self.board.take(person.name)
            if task is None:
                await self._wait()
                continue
            answer = self._minds.answer(person, task.text, task.classes)
            await asyncio.sleep(answer.duration_s / self.terms.speedup)
            if self.board.finish(task, person.name, answered=answer.label is not None):
                self._tell(task, person, answer)
            if answer.label is None:
                await self.call()  # another person, who may be idle, has to answer

    async def _wait(self) -> None:
        async with self._work:
            with suppress(TimeoutError):  # a call missed between two waits is noticed at the next
                async with asyncio.timeout(1.0):
                    await self._work.wait()

    def _tell(self, task: Task, person: Person, answer: Answer) -> None:
        number = self.board.next_number()
        labels = [answer.label] if answer.changed_from is None else [answer.changed_from, answer.label]
        for revision, label in enumerate(labels, start=1):
            entry = annotation_body(
                task,
                number=number,
                revision=revision,
                person=person.name,
                label=label,
                at=utc_now(),
                duration_s=answer.duration_s,
                price=self.terms.price,
            )
            self._announce_entry(task, entry)

    def _announce_entry(self, task: Task, entry: Annotation) -> None:
        self.board.publish(task.project, entry)
        if task.callback_url is not None:
            self.webhooks.add(task.callback_url, entry)
