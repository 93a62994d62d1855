"""Every answer comes back from qa as it was given: event, database, HTTP, accepted label, gold, dataset."""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from adapters.gateway.typekit import ANSWERS, CONTENTS, PLAIN, SCHEMAS
from adapters.http.conformance import Server, migrated
from adapters.qa.qakit import NOON
from answerkit import project_of, same_answer
from publishingkit import FakePublisher, received
from shoal.contracts.answers import Answer
from shoal.contracts.labels import AnnotationSubmitted, GuidelineRef, LabelAccepted, LabelingJob
from shoal.contracts.projects import ProjectChanged
from shoal.contracts.samples import Content
from shoal.contracts.topics import LABELS_SUBMITTED
from shoal.messaging import encode
from shoal.messaging.records.decoding import Decoder
from shoal.persistence import open_pool
from shoal.runtime import Service
from shoal_local.stack import Stack
from shoal_qa.main import SCHEMA, wire_service
from shoal_qa.settings import QaSettings

pytestmark = pytest.mark.servers
READ: TypeAdapter[Any] = TypeAdapter(Answer)
REF = GuidelineRef(major=1, minor=0)
RULE = {"model": "majority", "accept_probability": 0.3, "max_votes": 2}
ACCEPTED = "SELECT value FROM outbox WHERE topic = 'labels.accepted' ORDER BY seq DESC LIMIT 1"


@dataclass(slots=True)
class Running:
    """qa, and the answers that it took, by project and sample."""

    runner: asyncio.Runner
    service: Service
    server: Server
    pool: Any
    numbers: Iterator[int] = field(default_factory=lambda: count(1))
    sent: dict[str, dict[str, Any]] = field(default_factory=dict)

    def get(self, kind: str, path: str) -> Any:
        """Return what qa answers about a kind's project."""
        response = self.server.send("GET", f"/v1/projects/{project_of(kind)}/{path}")
        assert response.status_code == 200, response.text
        return response.json()

    def post(self, kind: str, path: str, body: Any) -> Any:
        """Send what qa must take."""
        response = self.server.send("POST", f"/v1/projects/{project_of(kind)}/{path}", json=body)
        assert response.is_success, response.text
        return response.json()


@pytest.fixture(scope="module")
def running(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder: Path = tmp_path_factory.mktemp("datasets")
    with migrated(stack, SCHEMA, "shoal_qa") as (runner, dsn):
        pool = runner.run(open_pool(dsn, SCHEMA))
        service = wire_service(QaSettings(postgres_dsn=dsn, datasets_uri=str(folder)), FakePublisher(), pool)
        assert service.directory is not None
        for kind in SCHEMAS:
            service.directory.put(ProjectChanged(project=project_of(kind), changed_at=NOON))
        started = Running(runner, service, Server(service, runner, {}), pool)
        for kind, schema in SCHEMAS.items():
            started.post(kind, "guidelines", {"label_schema": publishable(schema)})
            path = f"/v1/projects/{project_of(kind)}/rule"
            assert started.server.send("PUT", path, json=RULE).status_code == 200
        yield started
        runner.run(pool.close())


def publishable(schema: dict[str, Any]) -> dict[str, Any]:
    """Return a schema that qa publishes: classes of choices have no attributes."""
    if "choice" not in schema["kind"]:
        return schema
    classes = [{name: item[name] for name in item if name != "attributes"} for item in schema["classes"]]
    return {**schema, "classes": classes}


async def vote(running: Running, kind: str, number: int, answer: Any) -> None:
    """Hand in a job and two votes on it, as records that were encoded and decoded."""
    fields = {"project": project_of(kind), "job_id": f"{kind}-{number}", "sample_id": f"{kind}-{number}"}
    job = LabelingJob(
        **fields,
        purpose="label",
        guideline=REF,
        content=Content.model_validate(CONTENTS.get(kind, PLAIN)),
        votes=2,
        max_votes=2,
        requested_at=NOON,
    )
    assert await running.service.consumers[0].handle([received(job, "labeling.jobs")]) == []
    votes = [
        AnnotationSubmitted(
            **fields,
            task_id="t",
            provider="acme",
            annotator=annotator,
            annotation_id=f"{annotator}-{kind}-{number}",
            revision=1,
            action="submitted",
            answer=answer,
            purpose="label",
            guideline=REF,
            submitted_at=NOON,
        )
        for annotator in ("ann", "bob")
    ]
    decoded = Decoder(LABELS_SUBMITTED).decode([record_of(event) for event in votes])
    assert decoded.refused == []
    assert await running.service.consumers[1].handle(decoded.events) == []


def record_of(event: AnnotationSubmitted) -> Any:
    """Return the record that carries an event."""
    message = encode(LABELS_SUBMITTED, event, event_id=event.annotation_id, source="/test", time=NOON)
    return SimpleNamespace(
        topic=message.topic,
        partition=0,
        offset=0,
        timestamp=0,
        key=message.key,
        value=message.value,
        headers=message.headers,
    )


def check_answer(running: Running, kind: str, answer: dict[str, Any]) -> None:
    number = next(running.numbers)
    job = f"{kind}-{number}"
    running.runner.run(vote(running, kind, number, READ.validate_python(answer)))
    running.sent.setdefault(kind, {})[job] = answer
    votes = running.get(kind, f"jobs/{job}")["votes"]
    assert len(votes) == 2
    assert all(same_answer(given["answer"], answer) for given in votes)
    labels = running.get(kind, "labels?limit=5000")["labels"]
    assert same_answer(labels[-1]["answer"], answer)
    event = LabelAccepted.model_validate_json(running.runner.run(running.pool.fetchval(ACCEPTED)))
    assert event.job_id == job
    assert same_answer(event.answer, answer)
    content = CONTENTS.get(kind, PLAIN)
    running.post(kind, "gold", {"items": [{"content": content, "answer": answer}], "votes": 2})
    (item,) = running.get(kind, "gold")["items"]
    assert same_answer(item["answer"], answer)


@pytest.mark.parametrize("kind", SCHEMAS)
def test_every_answer_comes_back_as_it_was_given(running: Running, kind: str) -> None:
    @settings(max_examples=8, suppress_health_check=list(HealthCheck))
    @given(st.data())
    def check(data: st.DataObject) -> None:
        check_answer(running, kind, data.draw(ANSWERS[kind]))

    check()
    manifest = running.post(kind, "datasets", {"dataset": "all", "splits": {"train": 1.0}})
    lines = (Path(manifest["uri"]) / "data.jsonl").read_bytes().splitlines()
    rows = {row["sample_id"]: row for row in map(json.loads, lines)}
    assert rows.keys() == running.sent[kind].keys()
    for sample, answer in running.sent[kind].items():
        row = rows[sample]
        kept = {"kind": "class", "label": row["label"]} if kind == "single_choice" else row["answer"]
        assert same_answer(kept, answer)
