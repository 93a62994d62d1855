"""docs/label-types.md: every kind is there, and its JSON is accepted where the page says it is sent."""

import json
import re
from typing import Any

import pytest
from pydantic import TypeAdapter

from labeltypeskit import FILE, json_blocks, type_examples
from shoal.answers import Problem, read_answer, schema_problem
from shoal.contracts.answers import KINDS, Answer
from shoal.contracts.label_schemas import SCHEMA_KINDS, LabelSchema
from shoal.contracts.labels import AnnotationSubmitted
from shoal.contracts.samples import Content
from shoal_ingest.usecases.bodies.inference import Inference
from shoal_ingest.usecases.bodies.items import parse_body
from shoal_qa.domain.certificates.promises import Target
from shoal_qa.http.project_schemas import GoldIn, GuidelineIn
from shoal_qa.usecases.rules import Rule

EXAMPLES = type_examples()
SCHEMA: TypeAdapter[Any] = TypeAdapter(LabelSchema)
ANSWER: TypeAdapter[Any] = TypeAdapter(Answer)
IMAGE = {"width": 640, "height": 427, "media_type": "image/jpeg"}


def datum_of(inference: Inference) -> Content:
    """Return what annotators get; the size and the type of an image come from the media store."""
    content = inference.datum()
    return content.model_copy(update=IMAGE) if content.kind == "image" else content


def test_every_kind_is_on_the_page() -> None:
    assert tuple(sorted(EXAMPLES)) == tuple(sorted(SCHEMA_KINDS))


@pytest.mark.parametrize("kind", SCHEMA_KINDS)
def test_an_inference_a_schema_and_an_answer_of_each_kind_are_accepted(kind: str) -> None:
    example = EXAMPLES[kind]
    (inference,) = parse_body(json.dumps(example.inference).encode())
    assert isinstance(inference, Inference), inference
    schema = SCHEMA.validate_python(example.schema)
    assert schema_problem(schema) is None
    answer = read_answer(example.answer, schema, datum_of(inference))
    assert not isinstance(answer, Problem), answer
    assert answer.model_dump(mode="json") == example.answer  # nothing is missing or ignored


@pytest.mark.parametrize("kind", SCHEMA_KINDS)
def test_a_schema_is_published_as_the_page_writes_it(kind: str) -> None:
    (guideline,) = json_blocks("Publish a label schema")
    body = GuidelineIn.model_validate({**guideline, "label_schema": EXAMPLES[kind].schema})
    assert body.label_schema.kind == kind


def test_rules_are_set_as_the_page_writes_them() -> None:
    without_gold, with_gold = map(Rule.model_validate, json_blocks("A rule for each kind"))
    assert (without_gold.target(), without_gold.accept_probability) == (None, 0.8)
    assert with_gold.target() == Target(0.9, 0.95)


def test_gold_is_added_as_the_page_writes_it() -> None:
    (gold,) = json_blocks("Gold")
    schema = SCHEMA.validate_python(EXAMPLES["pair"].schema)
    for item in GoldIn.model_validate(gold).items:
        answer = read_answer(item.gold_answer().model_dump(), schema, item.gold_content())
        assert not isinstance(answer, Problem), answer


def test_a_skip_and_the_event_of_a_vote_are_as_the_contracts_have_them() -> None:
    (skip,) = json_blocks("Skip")
    assert ANSWER.validate_python(skip).model_dump(mode="json") == skip
    (event,) = json_blocks("A vote as an event")
    assert AnnotationSubmitted.model_validate(event).model_dump(mode="json") == event
    assert event["answer"] == EXAMPLES["boxes"].answer


def test_the_golden_votes_that_the_page_names_cover_every_kind_of_answer() -> None:
    links = re.findall(r"^\[(\w+)\]\((\S+annotation\.submitted\S+)\)", FILE.read_text("utf-8"), re.MULTILINE)
    answers = {kind: json.loads((FILE.parent / path).read_text("utf-8"))["answer"] for kind, path in links}
    assert sorted(answers) == sorted(KINDS)
    assert {kind: answer["kind"] for kind, answer in answers.items()} == {kind: kind for kind in KINDS}


@pytest.mark.parametrize("kind", SCHEMA_KINDS)
def test_each_kind_has_a_small_picture(kind: str) -> None:
    picture = FILE.parent / EXAMPLES[kind].picture
    assert picture.name == f"{kind}.png"
    assert 2_000 < picture.stat().st_size < 400_000
