"""Projects, campaigns and inferences of the bench."""

import asyncio
import itertools
from collections.abc import Sequence
from typing import Any

import httpx
import numpy as np
import orjson

CLASSES = ("grain", "trade", "ship", "energy")
TEXT = (
    "wheat exports fell as the harvest in the south was late and buyers turned to other ports for cargo ships "
    "while oil prices rose on news of a strike and banks cut their forecasts for growth; ministers met again"
)
WORDS_A_TEXT = 60
DIMENSION = 384
PER_REQUEST, CONNECTIONS = 250, 4
SHARE = 0.05
"""Part of the samples that the campaign takes; the audit takes 1 %."""
BUDGET = 1_000_000


async def make_project(http: httpx.AsyncClient, urls: dict[str, str], project: str) -> None:
    """Create a project with a guideline, a rule of two votes, a campaign and the default audit."""
    classes = [{"name": name} for name in CLASSES]
    campaign = {
        "name": "all",
        "strategy": {"kind": "random", "share": SHARE},
        "budget": {"votes": BUDGET},
        "labeling": {"votes": 2, "max_votes": 3},
    }
    path = f"/v1/projects/{project}"
    for service, url, body in (
        ("ingest", "/v1/projects", {"project": project}),
        ("qa", f"{path}/guidelines", {"title": project, "label_schema": {"classes": classes}}),
        ("sampler", f"{path}/campaigns", campaign),
    ):
        (await http.post(urls[service] + url, json=body)).raise_for_status()


def make_items(projects: Sequence[str], count: int, *, vectors: bool) -> list[bytes]:
    """Return inferences as JSON, which go to the projects by turns."""
    rng = np.random.default_rng([count, len(projects), len(projects[0])])
    texts = rng.choice(TEXT.split(), size=(count, WORDS_A_TEXT))
    return [
        orjson.dumps(_item(projects[n % len(projects)], n, " ".join(texts[n]), rng, vectors=vectors))
        for n in range(count)
    ]


def _item(project: str, number: int, text: str, rng: np.random.Generator, *, vectors: bool) -> dict[str, Any]:
    label = CLASSES[number % len(CLASSES)]
    item: dict[str, Any] = {
        "project": project,
        "source": "wire",
        "source_id": str(number),
        "text": text,
        "prediction": {
            "model": "topics",
            "version": "7",
            "label": label,
            "scores": {label: 0.6, "other": 0.4},
        },
    }
    if vectors:
        vector = rng.normal(size=DIMENSION).round(4).tolist()
        item["embedding"] = {"name": "own", "version": "1", "vector": vector}
    return item


async def send_items(http: httpx.AsyncClient, urls: Sequence[str], items: Sequence[bytes]) -> None:
    """Send inferences as NDJSON over a few connections, to the replicas by turns."""
    bodies = iter(
        [b"\n".join(items[start : start + PER_REQUEST]) for start in range(0, len(items), PER_REQUEST)]
    )
    replicas = itertools.cycle(urls)

    async def send_bodies() -> None:
        for body in bodies:
            answer = await http.post(next(replicas) + "/v1/inferences", content=body)
            answer.raise_for_status()
            faults = answer.json()["rejected"]
            if faults:
                raise RuntimeError(answer.text[:500])

    await asyncio.gather(*(send_bodies() for _ in range(CONNECTIONS)))
