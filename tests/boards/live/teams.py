"""People of the in-house queue: annotators with their habits, and a reviewer."""

import asyncio
from collections.abc import Mapping
from random import Random
from typing import Any

from boards.live.texts import TOPICS
from e2e.client import Client

SKIPS = ("unclear_rule", "unreadable", "several_classes")
Truth = Mapping[str, str]
"""The right answer of each text."""


class Annotator:
    """Answers tasks one by one: often rightly, sometimes with a skip, a second thought or a withdrawal."""

    def __init__(self, client: Client, project: str, name: str, truth: Truth) -> None:
        self._client = client
        self._queue = f"/v1/projects/{project}/queue/next"
        self._name = name
        self._truth = truth
        self._chance = Random(name)
        self._skill = self._chance.uniform(0.86, 0.97)

    async def work(self) -> None:
        """Work until cancelled."""
        while True:
            response = await self._client.ask(
                "labeling-gateway", "GET", self._queue, params={"annotator": self._name}
            )
            if response.status_code == 200:
                await self._finish(response.json())
            await asyncio.sleep(self._chance.uniform(0.4, 1.6))

    async def _finish(self, task: dict[str, Any]) -> None:
        if self._chance.random() < 0.06:
            await self._send(task, "skip", {"code": self._chance.choice(SKIPS)})
            return
        right = self._truth.get(task["content"]["text"], "grain")
        wrong = self._chance.choice([name for name in TOPICS if name != right])
        label = right if self._chance.random() < self._skill else wrong
        answer = await self._send(task, "annotations", {"answer": {"label": label}})
        if answer is not None and label == wrong and self._chance.random() < 0.5:
            await asyncio.sleep(1)  # time to accept the label before it changes
            await self._think_again(task, answer["annotation_id"], right)

    async def _think_again(self, task: dict[str, Any], annotation: str, right: str) -> None:
        if self._chance.random() < 0.5:
            await self._send(task, "annotations", {"answer": {"label": right}})
            return
        path = f"/v1/tasks/{task['task_id']}/annotations/{annotation}"
        await self._client.ask("labeling-gateway", "DELETE", path, params={"annotator": self._name})

    async def _send(self, task: dict[str, Any], kind: str, body: dict[str, Any]) -> dict[str, Any] | None:
        path = f"/v1/tasks/{task['task_id']}/{kind}"
        body = {
            "annotator": self._name,
            "duration_s": round(self._chance.lognormvariate(1.8, 0.5), 1),
            **body,
        }
        response = await self._client.ask("labeling-gateway", "POST", path, json=body)
        return dict(response.json()) if response.is_success else None


async def decide_reviews(client: Client, project: str, truth: Truth, pause_s: float) -> None:
    """Decide a project's oldest review every `pause_s` seconds, until cancelled."""
    while True:
        await asyncio.sleep(pause_s)
        path = f"/v1/projects/{project}/reviews"
        reviews = (await client.done("qa", "GET", path, params={"limit": 1}))["reviews"]
        for job in reviews:
            text = (job["content"] or {}).get("text")
            body = {"label": truth.get(text, "grain"), "reviewer": "eve"}
            await client.ask("qa", "POST", f"{path}/{job['job_id']}", json=body)
