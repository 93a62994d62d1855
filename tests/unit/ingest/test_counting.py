"""Inferences as metrics: by project and result, never by a project that nobody created."""

import json
from typing import Any

import pytest
from prometheus_client import REGISTRY

from publishingkit import FakePublisher
from shoal_ingest.usecases.accept import AcceptInferences
from shoal_ingest.usecases.bodies.items import parse_body
from shoal_ingest.usecases.media.sources import Sources
from unit.ingest.test_accept import NO_IMAGES, NOON, Generations, Projects, SampleIds


@pytest.fixture
def accept() -> AcceptInferences:
    return AcceptInferences(
        projects=Projects(),
        generations=Generations(),
        sample_ids=SampleIds(),
        publisher=FakePublisher(),
        images=NO_IMAGES,
        sources=Sources(),
        clock=lambda: NOON,
    )


def counted(result: str, project: str = "news") -> float:
    labels = {"project": project, "dialect": "shoal", "result": result}
    return REGISTRY.get_sample_value("shoal_ingest_inferences_total", labels) or 0


def body(**fields: Any) -> bytes:
    return json.dumps({"project": "news", "source_id": "1", "text": "Wheat fell.", **fields}).encode()


async def test_a_sample_that_is_sent_again_is_repeated(accept: AcceptInferences) -> None:
    before = counted("accepted"), counted("repeated")
    await accept(parse_body(b"\n".join([body(), body(), body(source_id="2")])))
    await accept(parse_body(body()))
    assert (counted("accepted"), counted("repeated")) == (before[0] + 2, before[1] + 2)


@pytest.mark.parametrize(
    ("sent", "only", "result", "project"),
    [
        (body(project="invented-by-a-client"), None, "unknown_project", ""),
        (body(project="invented-by-a-client"), "news", "forbidden_project", "news"),
        (b"{", None, "not_json", ""),
        (b"{", "news", "not_json", "news"),
        (body(text=None, content={"uri": "s3://a/b", "media_type": "image/png"}), None, "no_encoder", "news"),
    ],
)
async def test_a_rejection_counts_for_a_project_that_exists(
    accept: AcceptInferences, sent: bytes, only: str | None, result: str, project: str
) -> None:
    before = counted(result, project)
    await accept(parse_body(sent), only)
    assert counted(result, project) == before + 1
    series = {
        sample.labels["project"]
        for family in REGISTRY.collect()
        for sample in family.samples
        if sample.name == "shoal_ingest_inferences_total"
    }
    assert "invented-by-a-client" not in series


async def test_the_delay_of_an_inference_is_observed_if_it_names_its_time(accept: AcceptInferences) -> None:
    def observed() -> tuple[float, float]:
        name = "shoal_ingest_arrival_delay_seconds"
        found = [
            REGISTRY.get_sample_value(f"{name}_{part}", {"project": "news"}) for part in ("count", "sum")
        ]
        return found[0] or 0, found[1] or 0

    count, seconds = observed()
    await accept(parse_body(body(source_id="3")))
    await accept(parse_body(body(source_id="4", occurred_at="2026-11-24T11:59:00Z")))
    await accept(parse_body(body(source_id="5", occurred_at="2026-11-24T12:30:00Z")))  # a clock ahead
    assert observed() == (count + 2, seconds + 60)
