"""Answers of every kind on a real PostgreSQL: votes, acceptance, edits, reviews, gold, and datasets."""

from typing import Any

import pytest
from pydantic import TypeAdapter

from adapters.qa.kindkit import (
    ADAPTER,
    FOUR,
    IMAGE,
    KINDS,
    TEXT,
    THREE,
    TWO,
    announced,
    begin,
    every_kind,
    job,
    vote,
)
from adapters.qa.qakit import NOON, Qa
from shoal.answers import canonical_answer, stored_label
from shoal.contracts.label_schemas import LabelSchema
from shoal.contracts.labels import AnnotationSubmitted
from shoal.contracts.samples import Content, SampleErased
from shoal.runtime.refusal import Refused
from shoal_qa.adapters.files.datasets import FsspecFiles
from shoal_qa.adapters.postgres.accepted import PostgresAccepted
from shoal_qa.adapters.postgres.datasets import PostgresRegistry
from shoal_qa.adapters.postgres.guidelines import PostgresRules
from shoal_qa.usecases.answers.differences.distances import agrees_with
from shoal_qa.usecases.answers.kinds import OBJECT_KINDS
from shoal_qa.usecases.datasets.drafting import DatasetRequest
from shoal_qa.usecases.datasets.freezing import FreezeDataset
from shoal_qa.usecases.erase import EraseSamples
from shoal_qa.usecases.ports import ReceivedAnnotation
from shoal_qa.usecases.review import DecideReview
from shoal_qa.usecases.rules import Rule

pytestmark = pytest.mark.kafka


@every_kind
async def test_votes_that_agree_give_a_label_with_its_answer(qa: Qa, kind: str) -> None:
    await begin(qa, kind)
    *_, one, other, _, _ = KINDS[kind]
    await qa.annotations([vote("ann", one), vote("bob", other)])
    (event,) = await announced(qa)
    assert event.answer is not None
    schema = TypeAdapter(LabelSchema).validate_python({"kind": kind, **KINDS[kind][0]})
    label = canonical_answer(event.answer)
    for answer in (one, other):
        assert agrees_with(schema, label, canonical_answer(ADAPTER.validate_python(answer)))
    assert (event.state, event.label, event.evidence.agreement) == ("accepted", None, 1.0)
    assert 0.6 <= event.probability < 1
    assert event.evidence.method == "dawid-skene", "before the first fit"
    assert len(event.evidence.objects) == (kind in ("boxes", "polygons", "spans"))
    assert set(event.evidence.posterior) == ({"a", "b"} if kind == "multi_choice" else set())
    assert await qa.rows("SELECT label FROM labels") == [(stored_label(event.answer),)]


@every_kind
async def test_edits_and_deletions_count(qa: Qa, kind: str) -> None:
    await begin(qa, kind)
    _, _, one, other, apart, _ = KINDS[kind]
    await qa.annotations([vote("ann", one), vote("bob", apart)])
    assert await announced(qa) == []
    await qa.annotations([vote("bob", other, 2)])
    await qa.annotations([vote("bob", None, 3)])
    assert [event.state for event in await announced(qa)] == ["accepted", "withdrawn"]
    assert (await announced(qa))[1].answer is None


@every_kind
async def test_an_answer_that_does_not_fit_is_rejected_alone(qa: Qa, kind: str) -> None:
    await begin(qa, kind)
    _, _, one, other, _, wrong = KINDS[kind]
    rejected = await qa.annotations([vote("ann", one), vote("eve", wrong), vote("bob", other)])
    assert [item.index for item in rejected] == [1]
    assert len(await announced(qa)) == 1


@every_kind
async def test_votes_that_came_before_their_job_count_from_its_arrival(qa: Qa, kind: str) -> None:
    await begin(qa, kind)
    _, _, one, *_ = KINDS[kind]
    assert await qa.annotations([vote(who, one, job_id="k3") for who in ("ann", "bob")]) == []
    assert await announced(qa) == []
    await qa.jobs([job(3, kind)])
    (event,) = await announced(qa)
    assert event.answer is not None
    assert canonical_answer(event.answer) == canonical_answer(ADAPTER.validate_python(one))
    assert await qa.letters() == []


@pytest.mark.parametrize(
    ("action", "answered", "field"),
    [
        ("submitted", False, "answer"),
        ("updated", False, "answer"),
        ("deleted", True, "action"),
        ("skipped", True, "action"),
    ],
)
async def test_an_action_that_contradicts_its_answer_is_refused_and_its_neighbours_count(
    qa: Qa, action: str, answered: bool, field: str
) -> None:
    await begin(qa, "boxes")
    changes = {"action": action} | ({} if answered else {"answer": None})
    odd = ReceivedAnnotation(vote("ann", KINDS["boxes"][2]).event.model_copy(update=changes), "0/1")
    (rejected,) = await qa.annotations([odd, vote("bob", KINDS["boxes"][2])])
    assert (rejected.index, rejected.reason) == (0, "wrong_answer")
    assert rejected.detail.startswith(f"{field}: ")
    assert await qa.annotations([vote("ann", KINDS["boxes"][2])]) == []


@pytest.mark.parametrize(
    ("kind", "content", "field"),
    [
        ("boxes", TEXT, "content"),
        ("polygons", TEXT, "content"),
        ("spans", IMAGE, "content"),
        ("spans", Content(text="Es war in Zürich 🇨🇭, und kalt."), "answer.spans[0].text"),
        ("spans", Content(text="kurz"), "answer.spans[0].end"),
        ("ranking", FOUR, "answer.order"),
        ("ranking", TWO, "answer.order[1][1]"),
        ("pair", THREE, "content.candidates"),
    ],
)
async def test_a_vote_that_came_before_its_job_and_does_not_fit_it_is_a_dead_letter(
    qa: Qa, kind: str, content: Content, field: str
) -> None:
    await begin(qa, kind)
    answer = KINDS[kind][2]
    assert await qa.annotations([vote("ann", answer), vote("bob", answer, job_id="k3")]) == []
    await qa.jobs([job(3, kind, content)])
    await qa.jobs([job(3, kind, content)])
    (letter,) = await qa.letters()
    assert letter["shoal_dlq_reason"] == "wrong_answer"
    assert letter["shoal_dlq_detail"].startswith(f"{field}: ")
    assert letter["ce_type"] == AnnotationSubmitted.TYPE
    assert await qa.rows("SELECT job_id FROM annotations") == [("k1",)]
    assert await announced(qa) == []


@every_kind
async def test_a_job_whose_votes_differ_is_settled_by_an_expert(qa: Qa, kind: str) -> None:
    await begin(qa, kind)
    _, _, one, _, apart, wrong = KINDS[kind]
    await qa.annotations([vote("ann", one), vote("bob", apart), vote("cy", {"kind": "skip"})])
    decide = DecideReview(qa.database, qa.evaluate, lambda: NOON)
    with pytest.raises(Refused):
        await decide("news", "k1", ADAPTER.validate_python(wrong), "eva")
    await decide("news", "k1", ADAPTER.validate_python(one), "eva")
    (event,) = await announced(qa)
    assert (event.probability, event.evidence.reviewed_by) == (1.0, "qa/eva")
    assert stored_label(event.answer) == stored_label(ADAPTER.validate_python(one))


@pytest.mark.parametrize(("exhausted", "state"), [("review", "review"), ("close", "closed")])
@every_kind
async def test_a_job_ends_when_its_votes_are_used_up(qa: Qa, kind: str, exhausted: str, state: str) -> None:
    await begin(qa, kind, exhausted)
    await PostgresRules(qa.pool).put(
        "news", Rule(accept_probability=0.9, max_votes=3, exhausted=exhausted), NOON
    )
    _, _, one, other, apart, _ = KINDS[kind]
    await qa.annotations([vote("ann", one), vote("bob", apart)])
    assert await qa.rows("SELECT state, wanted FROM jobs WHERE job_id = 'k1'") == [("open", 3)]
    await qa.annotations([vote("cy", other)])
    assert await qa.rows("SELECT state, wanted FROM jobs WHERE job_id = 'k1'") == [(state, 3)]


@every_kind
async def test_a_dataset_version_holds_the_answers(qa: Qa, kind: str, tmp_path: Any) -> None:
    await begin(qa, kind)
    _, _, one, other, _, _ = KINDS[kind]
    await qa.annotations([vote("ann", one), vote("bob", other)])
    files = FsspecFiles(str(tmp_path))
    freeze = FreezeDataset(PostgresAccepted(qa.pool), files, PostgresRegistry(qa.pool), lambda: NOON)
    manifest, is_new = await freeze("news", DatasetRequest(dataset="all", splits={"train": 1.0}))
    assert is_new
    assert manifest["guideline"] == {"major": 2, "minor": 0}
    (line,) = next(tmp_path.rglob("data.jsonl")).read_bytes().splitlines()
    (event,) = await announced(qa)
    row = TypeAdapter(dict[str, Any]).validate_json(line)
    assert event.answer is not None
    assert row["answer"] == event.answer.model_dump(mode="json")
    assert row["probabilities"] == event.evidence.posterior
    assert tuple(row.get("objects", ())) == event.evidence.objects
    assert ("objects" in row, "interval" in row) == (kind in OBJECT_KINDS, kind == "number")


@every_kind
async def test_erasure_leaves_no_answer_behind(qa: Qa, kind: str) -> None:
    await begin(qa, kind)
    _, _, one, other, _, _ = KINDS[kind]
    await qa.annotations([vote("ann", one), vote("bob", other)])
    event = SampleErased(project="news", sample_id="s1", reason="asked", erased_at=NOON)
    await EraseSamples(qa.database, lambda: NOON)([event])
    labels = await qa.rows("SELECT state, label, answer FROM labels ORDER BY revision")
    assert labels == [("accepted", None, None), ("withdrawn", None, None)]
    assert await qa.rows("SELECT DISTINCT evidence ->> 'method' FROM labels") == [("erased",)]
