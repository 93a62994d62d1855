"""docs/label-types.md: the rows of datasets are what freezing writes for the page's samples and answers."""

import json
from collections.abc import AsyncGenerator
from typing import Any

import orjson
import pytest
from pydantic import TypeAdapter

from contracts.test_label_types_page import datum_of
from labeltypeskit import TypeExample, json_blocks, type_examples
from shoal.answers import canonical_answer
from shoal.contracts.answers import Answer
from shoal.contracts.label_schemas import SCHEMA_KINDS
from shoal.contracts.quality import GuidelinePublished
from shoal_ingest.usecases.bodies.items import parse_body
from shoal_qa.adapters.files.drafts import open_draft
from shoal_qa.usecases.datasets.drafting import DatasetRequest, fill_draft
from unit.qa.datasets.labelkit import guideline, stored

EXAMPLES = type_examples()
ANSWER: TypeAdapter[Any] = TypeAdapter(Answer)
(WHOLE,) = json_blocks("Rows of a dataset")
BY_KIND = {
    "text", "uri", "label", "probability", "probabilities", "agreement", "answer", "content", "objects",
    "interval",
}  # fmt: skip
"""Columns that each kind's section shows."""
OF_SAMPLE = {"source", "source_id", "media_type"}


class Log:
    """A log of one label."""

    def __init__(self, example: TypeExample) -> None:
        self.guideline = guideline(1, example.schema)
        self._label = stored_label(example)

    async def guidelines(self, project: str) -> list[GuidelinePublished]:
        return [self.guideline]

    async def position(self, project: str) -> int:
        return 1

    async def jobs(self, project: str) -> int:
        return await self.position(project)

    async def accepted(self, project: str, until: int) -> AsyncGenerator[list[dict[str, Any]]]:
        yield [self._label]


def stored_label(example: TypeExample) -> dict[str, Any]:
    """Return the label of a section's answer as the log holds it, with the probabilities of its row."""
    row, (inference,) = example.row, parse_body(json.dumps(example.inference).encode())
    answer = ANSWER.validate_python(example.answer).model_dump(mode="json")
    content = datum_of(inference).model_dump(mode="json", exclude_none=True)  # type: ignore[arg-type]
    is_class = answer["kind"] == "class"
    evidence = {
        "votes": WHOLE["votes"],
        "agreement": row["agreement"],
        "method": WHOLE["method"],
        "annotation_ids": WHOLE["annotation_ids"],
        "posterior": row["probabilities"],
        "objects": row.get("objects", []),
        "interval": row.get("interval"),
    }
    label: dict[str, Any] = stored(WHOLE["sample_id"], 1, answer, content)
    return label | {
        "label": answer["label"] if is_class else canonical_answer(ANSWER.validate_python(answer)),
        "probability": row["probability"],
        "evidence": evidence,
        "job_id": WHOLE["job_id"],
        "campaign": WHOLE["campaign"],
        "campaign_id": WHOLE["campaign_id"],
        "inclusion": WHOLE["inclusion_probability"],
        "model": WHOLE["model"],
        "source": example.inference["source"],
        "source_id": example.inference["source_id"],
    }


async def frozen_row(example: TypeExample) -> dict[str, Any]:
    """Return the row of data.jsonl."""
    log = Log(example)
    async with open_draft(b"terms") as draft:
        request = DatasetRequest(dataset="all", splits={"train": 1.0})
        await fill_draft(log, draft, request, [log.guideline], until=1)
        await draft.finish()
        row: dict[str, Any] = orjson.loads(draft.paths()["data.jsonl"].read_bytes())
    return row


@pytest.mark.parametrize("kind", SCHEMA_KINDS)
async def test_a_section_shows_all_columns_that_depend_on_the_kind(kind: str) -> None:
    example = EXAMPLES[kind]
    row = await frozen_row(example)
    unset = {name for name in ("text", "uri") if row[name] is None}
    assert {name: row[name] for name in BY_KIND & row.keys() - unset} == example.row
    assert len(row.get("objects", ())) == len(example.answer.get(kind, ())) * ("objects" in row)
    rest = BY_KIND | OF_SAMPLE
    assert {name: row[name] for name in row.keys() - rest} == {
        name: WHOLE[name] for name in WHOLE.keys() - rest
    }


async def test_the_whole_row_is_what_freezing_writes() -> None:
    row = await frozen_row(EXAMPLES["boxes"])
    assert row == WHOLE
    assert list(row) == list(WHOLE)


def test_probabilities_of_a_row_fit_its_label() -> None:
    row = EXAMPLES["single_choice"].row
    assert row["probabilities"][row["label"]] == row["probability"]
    chosen = EXAMPLES["multi_choice"].row
    likely = {name for name, share in chosen["probabilities"].items() if share > 0.5}
    assert likely == set(chosen["answer"]["labels"])
