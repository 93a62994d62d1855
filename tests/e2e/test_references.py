"""Whatever takes a sample's id also takes its source and source id."""

import json
from typing import Any

import httpx
import pytest

from e2e.client import Client, eventually
from e2e.conftest import Running
from shoal.contracts.ids import sample_id

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(180)]


def alike(*examples: Any) -> dict[str, Any]:
    return {"strategy": {"kind": "more_like_these", "examples": list(examples)}, "budget": {"votes": 10}}


async def embedded(client: Client, project: str, count: int) -> None:
    """Send inferences with vectors, and wait until every one is decided."""
    lines = [
        {
            "project": project,
            "source": "wire",
            "source_id": str(number),
            "text": f"text {number}",
            "embedding": {"name": "e", "version": "1", "vector": [1.0, number]},
        }
        for number in range(count)
    ]
    await client.send(lines)

    async def is_decided() -> bool:
        answer = await client.done("sampler", "GET", f"/v1/projects/{project}/campaigns")
        return bool(answer["samples_decided"] == count)

    await eventually(is_decided)


async def test_examples_are_samples_by_source_and_source_id(running: Running) -> None:
    async with httpx.AsyncClient(timeout=30) as http:
        client = Client(running.shoal, http)
        await client.project("references", ["a", "b"])
        await embedded(client, "references", 3)
        campaign = await client.campaign(
            "references",
            name="alike",
            **alike({"source": "wire", "source_id": "0"}, "wire/1", sample_id("references", "wire", "2")),
        )
        assert campaign["strategy"]["examples"] == [
            {"sample_id": sample_id("references", "wire", str(number))} for number in range(3)
        ]
        path = "/v1/projects/references/campaigns"
        for example, field, words in (
            ({"source": "wire", "source_id": "9"}, "[1].source_id", "source 'wire', source_id '9'"),
            ("9", "[1].sample_id", "is a UUID"),
            (
                {"sample_id": sample_id("references", "wire", "2"), "source": "wire", "source_id": "1"},
                "[1].sample_id",
                "is not the sample of",
            ),
        ):
            body = {"name": "other", **alike("wire/0", example)}
            answer = await client.ask("sampler", "POST", path, json=body)
            assert (answer.status_code, answer.json()["field"]) == (422, f"strategy.examples{field}")
            assert words in answer.json()["detail"], json.dumps(answer.json())
