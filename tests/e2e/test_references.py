"""Whatever takes a sample's id also takes its source and source id."""

import json
from typing import Any

import httpx
import pytest

from e2e.client import Client, eventually
from e2e.conftest import Running
from shoal.contracts.ids import sample_id

pytestmark = [pytest.mark.servers, pytest.mark.timeout(900)]


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


async def test_a_provider_may_be_named_as_soon_as_it_is_configured(running: Running) -> None:
    async with httpx.AsyncClient(timeout=30) as http:
        client = Client(running.shoal, http)
        await client.project("vendors", ["a", "b"])
        provider = {"kind": "generic", "base_url": "http://127.0.0.1:9"}
        await client.done("labeling-gateway", "PUT", "/v1/projects/vendors/providers/acme", json=provider)
        campaign = await client.campaign(
            "vendors",
            name="dice",
            strategy={"kind": "random"},
            budget={"votes": 9},
            labeling={"provider": "acme"},
        )
        assert campaign["warnings"] == []


async def test_a_filter_that_no_sample_met_is_warned_about(running: Running) -> None:
    async with httpx.AsyncClient(timeout=30) as http:
        client = Client(running.shoal, http)
        await client.project("filters", ["grain", "trade"])
        prediction = {"model": "topics", "version": "7", "label": "grain"}
        line = {"project": "filters", "source_id": "1", "text": "a", "tags": {"region": "eu"}}
        embedding = {"name": "e", "version": "1", "vector": [1.0, 2.0]}
        await client.send([{**line, "prediction": prediction, "embedding": embedding}])

        async def is_decided() -> bool:
            answer = await client.done("sampler", "GET", "/v1/projects/filters/campaigns")
            return bool(answer["samples_decided"] == 1)

        await eventually(is_decided)
        common = {"strategy": {"kind": "random"}, "budget": {"votes": 9}}
        met = {
            "predicted_labels": "grain",
            "models": "topics",
            "model_versions": "7",
            "tags": {"region": "eu"},
        }
        campaign = await client.campaign("filters", name="met", filter=met, **common)
        assert [warning["field"] for warning in campaign["warnings"]] == ["project"]  # a sample came before
        await client.send([{**line, "source_id": "2", "tags": {"region": "uk"}, "embedding": embedding}])
        apart = {"predicted_labels": "grain", "tags": {"region": "uk"}}

        async def is_named() -> bool:
            campaign = await client.campaign("filters", name="apart", filter=apart, **common)
            return [warning["field"] for warning in campaign["warnings"]] == ["filter"]

        await eventually(is_named)
        unmet = {
            "predicted_labels": "grian",
            "models": "topic",
            "model_versions": "8",
            "tags": {"region": "us"},
        }
        campaign = await client.campaign("filters", name="unmet", filter=unmet, **common)
        warnings = {warning["field"]: warning for warning in campaign["warnings"]}
        assert sorted(warnings) == [
            "filter.model_versions",
            "filter.models",
            "filter.predicted_labels",
            "filter.tags",
            "project",  # samples came before
        ]
        assert "is no class of the guideline (grain, trade)" in warnings["filter.predicted_labels"]["detail"]
        assert warnings["filter.models"]["fix"].startswith("Write 'topics'")
        assert "but for instance region=" in warnings["filter.tags"]["detail"]


async def test_erasures_name_samples_by_source_and_source_id(running: Running) -> None:
    async with httpx.AsyncClient(timeout=30) as http:
        client = Client(running.shoal, http)
        await client.project("erasures", ["a", "b"])
        await client.send([{"project": "erasures", "source": "wire", "source_id": "1", "text": "a"}])
        first, path = sample_id("erasures", "wire", "1"), "/v1/projects/erasures/erasures"
        body = {"samples": [{"source": "wire", "source_id": "1"}, "wire/9", first], "reason": "asked for"}
        answer = await client.done("ingest", "POST", path, json=body)
        assert [(item["sample_id"], item["new"], item["ingested"]) for item in answer["erasures"]] == [
            (first, True, True),
            (sample_id("erasures", "wire", "9"), True, False),
            (first, True, True),
        ]
        (warning,) = answer["warnings"]
        assert warning["field"] == "samples[1].source_id"
        assert "no record of source 'wire', source_id '9'" in warning["detail"]
        again = await client.done("ingest", "DELETE", f"/v1/projects/erasures/samples/{first}")
        assert (again["new"], again["ingested"], again["warnings"]) == (False, True, [])
        bad = await client.ask("ingest", "POST", path, json={"samples": ["wire/1", "8841"]})
        assert (bad.status_code, bad.json()["field"]) == (422, "samples[1].sample_id")
        bad = await client.ask("ingest", "DELETE", "/v1/projects/erasures/samples/8841")
        assert (bad.status_code, bad.json()["field"]) == (422, "sample_id")


async def test_a_sample_that_is_sent_again_is_counted_as_repeated(running: Running) -> None:
    async with httpx.AsyncClient(timeout=30) as http:
        client = Client(running.shoal, http)
        await client.project("repeats", ["a", "b"])
        line = {"project": "repeats", "source_id": "1", "text": "a"}
        first = await client.send([line, line, {**line, "source_id": "2"}])
        assert (first["accepted"], first["repeated"]) == (3, 1)
        second = await client.send([line, {**line, "source_id": "3"}])
        assert [item["new"] for item in second["results"]] == [False, True]


async def test_gold_items_are_samples_by_source_and_source_id(running: Running) -> None:
    async with httpx.AsyncClient(timeout=30) as http:
        client = Client(running.shoal, http)
        await client.project("golden", ["a", "b"])
        await embedded(client, "golden", 1)
        path = "/v1/projects/golden/gold"
        item = {"text": "text 0", "label": "a", "source": "wire", "source_id": "0"}

        async def is_in_the_stream() -> bool:
            answer = await client.done("qa", "POST", path, json={"items": [item]})
            return bool(answer["warnings"] == [])

        await eventually(is_in_the_stream)
        (gold,) = (await client.done("qa", "GET", path))["items"]
        assert gold["sample_id"] == sample_id("golden", "wire", "0")
        answer = await client.done("qa", "POST", path, json={"items": [{**item, "source_id": "9"}]})
        (warning,) = answer["warnings"]
        assert warning["field"] == "items[0].source_id"
        bad = await client.ask(
            "qa", "POST", path, json={"items": [{"text": "t", "label": "a", "sample_id": "0"}]}
        )
        assert (bad.status_code, bad.json()["field"]) == (422, "items[0].sample_id")
