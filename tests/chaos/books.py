"""Samples with a book of those that were acknowledged, and the producer that sends them."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

import httpx
import numpy as np

from e2e.client import Client
from shoal.contracts.ids import sample_id
from shoal_local.demo.workforce import text_key

CLASSES = ("wheat", "gold", "ship")
BATCH = 25
LEAST_BATCHES, QUICK_BATCHES, MOST_BATCHES = 8, 30, 120
QUICK_PAUSE_S, PAUSE_S = 0.25, 1.0
SERVER = "topics"


@dataclass(slots=True)
class Book:
    """One project and the ids of its acknowledged samples: sent as inferences, and as KServe's pairs.

    truth: the label of every text, by its key, for the people who label.
    """

    project: str
    truth: dict[str, str]
    samples: set[str] = field(default_factory=set)
    paired: set[str] = field(default_factory=set)

    @property
    def pairs(self) -> str:
        """Return the project whose samples come from KServe's logger."""
        return f"{self.project}.pairs"


def make_item(project: str, number: int) -> dict[str, Any]:
    """Return one inference with a vector of its own, so that the encoder does not set the pace."""
    label = CLASSES[number % 3]
    vector = np.random.default_rng([len(project), number]).normal(size=32).round(4).tolist()
    return {
        "project": project,
        "source": "wire",
        "source_id": str(number),
        "text": f"Report {number} of {project} about {label}.",
        "prediction": {"model": "topics", "label": label, "scores": {label: 0.6}},
        "embedding": {"name": "test", "version": "1", "vector": vector},
    }


class Producer:
    """Sends batches until each is acknowledged, as a producer does that loses nothing."""

    def __init__(self, client: Client, book: Book) -> None:
        self._client = client
        self._book = book
        self._next = 0
        self._enough = asyncio.Event()

    async def run(self) -> None:
        """Send at least LEAST_BATCHES, then until `finish`; the first QUICK_BATCHES come faster."""
        for number in range(MOST_BATCHES):
            if self._enough.is_set() and number >= LEAST_BATCHES:
                return
            await self._send_batch()
            await self._send_pair(number)
            await asyncio.sleep(QUICK_PAUSE_S if number < QUICK_BATCHES else PAUSE_S)

    def finish(self) -> None:
        """Send no more than the least."""
        self._enough.set()

    async def _send_batch(self) -> None:
        project = self._book.project
        items = [make_item(project, number) for number in range(self._next, self._next + BATCH)]
        self._next += BATCH
        self._book.truth.update({text_key(item["text"]): item["prediction"]["label"] for item in items})
        answer = await self._insist("/v1/inferences", json=items)
        assert answer.json()["accepted"] == BATCH, answer.text
        self._book.samples |= {sample_id(project, "wire", item["source_id"]) for item in items}

    async def _send_pair(self, number: int) -> None:
        """Send a response and its request, as KServe's logger does."""
        label = CLASSES[number % 3]
        bodies: dict[str, Any] = {
            "response": {"predictions": [{"label": label, "score": 0.9}]},
            "request": {"instances": [f"Pair {number} of {self._book.project} about {label}."]},
        }
        for half, body in bodies.items():
            headers = {
                "ce-specversion": "1.0",
                "ce-id": f"pair-{number}",
                "ce-type": f"org.kubeflow.serving.inference.{half}",
                "ce-source": "http://localhost:9081/",
                "ce-inferenceservicename": SERVER,
            }
            await self._insist(f"/v1/kserve/{self._book.pairs}", json=body, headers=headers)
        self._book.paired.add(sample_id(self._book.pairs, SERVER, f"pair-{number}"))

    async def _insist(self, path: str, **options: Any) -> httpx.Response:
        """Send a request until it is acknowledged; a refusal is a failure of the test."""
        async with asyncio.timeout(120):
            while True:
                try:
                    answer = await self._client.ask("ingest", "POST", path, **options)
                except httpx.TransportError:
                    pass  # ingest is dead: the same again
                else:
                    if answer.status_code != 503:  # Kafka or PostgreSQL is away: the same again
                        assert answer.is_success, answer.text
                        return answer
                await asyncio.sleep(0.2)
