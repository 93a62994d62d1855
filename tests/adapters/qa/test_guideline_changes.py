"""New guidelines on a real PostgreSQL: what they say about accepted labels, and what a version leaves out."""

from pathlib import Path
from typing import Any

import orjson
import pytest

from adapters.qa.guidelinekit import label, publish
from adapters.qa.qakit import NOON, Qa, vote
from shoal.contracts.labels import LabelingJob
from shoal.contracts.quality import DatasetPublished
from shoal.runtime.refusal import Refused
from shoal_qa.adapters.files.datasets import FsspecFiles
from shoal_qa.adapters.postgres.accepted import PostgresAccepted
from shoal_qa.adapters.postgres.datasets import PostgresRegistry
from shoal_qa.adapters.postgres.guidelines import PostgresGuidelines
from shoal_qa.usecases.ask_again import AskAgain, AskRequest
from shoal_qa.usecases.datasets.drafting import DatasetRequest
from shoal_qa.usecases.datasets.freezing import FreezeDataset
from shoal_qa.usecases.ports import ReceivedAnnotation

pytestmark = pytest.mark.servers


async def freeze(qa: Qa, folder: Path, *majors: int) -> dict[str, Any]:
    freezing = FreezeDataset(
        PostgresAccepted(qa.pool), FsspecFiles(str(folder)), PostgresRegistry(qa.pool), lambda: NOON
    )
    request = DatasetRequest(dataset="topics", splits={"train": 1.0}, majors=frozenset(majors) or None)
    return (await freezing("news", request))[0]


def labels_of(manifest: dict[str, Any]) -> dict[str, str]:
    rows = map(orjson.loads, (Path(manifest["uri"]) / "data.jsonl").read_bytes().splitlines())
    return {row["sample_id"]: row["label"] for row in rows}


async def test_a_new_class_drops_none_of_49_labels(qa: Qa, tmp_path: Path) -> None:
    await label(qa, range(49), "x")
    event, _ = await publish(qa, "x", "y", "z")
    assert event.changes is not None
    assert (event.guideline.major, event.changes.unchanged) == (2, ("x", "y"))
    await label(qa, range(48, 50), "z", major=2)
    manifest = await freeze(qa, tmp_path)
    assert manifest["classes"] == {"x": 48, "z": 2}
    assert manifest["majors"] == [
        {"major": 1, "rows": 48, "unasked": ["z"]},
        {"major": 2, "rows": 2, "unasked": []},
    ]
    assert manifest["left_out"] == [{"major": 1, "reason": "replaced", "label": None, "labels": 1}]
    (record,) = await qa.rows("SELECT value FROM outbox WHERE topic = 'datasets.published'")
    published = DatasetPublished.model_validate_json(record[0])
    assert [loss.model_dump() for loss in published.left_out] == manifest["left_out"]
    assert [share.rows for share in published.majors] == [48, 2]


async def test_a_removed_class_is_refused_until_its_labels_have_a_place(qa: Qa, tmp_path: Path) -> None:
    await label(qa, range(3), "x")
    await label(qa, range(3, 5), "y")
    with pytest.raises(Refused) as refused:
        await publish(qa, "x", "w")
    assert (refused.value.kind, refused.value.field) == ("invalid", "changes")
    assert '"y"' in refused.value.fix
    assert len(await PostgresGuidelines(qa.pool).all("news")) == 1
    await publish(qa, "x", "w", renamed={"y": "w"})
    assert labels_of(await freeze(qa, tmp_path)) == {
        **dict.fromkeys(("s0", "s1", "s2"), "x"),
        "s3": "w",
        "s4": "w",
    }
    await publish(qa, "w", "v", asked_again=["x"])
    manifest = await freeze(qa, tmp_path)
    assert labels_of(manifest) == {"s3": "w", "s4": "w"}
    assert manifest["left_out"] == [{"major": 1, "reason": "asked_again", "label": "x", "labels": 3}]


async def test_majors_are_chosen_and_an_unknown_one_is_refused(qa: Qa, tmp_path: Path) -> None:
    await label(qa, range(2), "x")
    await publish(qa, "x", "y", "z")
    with pytest.raises(Refused) as empty:
        await freeze(qa, tmp_path, 2)
    assert "2 labels of major 1: the guideline's major was not requested" in empty.value.detail
    await label(qa, range(2, 3), "z", major=2)
    assert labels_of(await freeze(qa, tmp_path, 2)) == {"s2": "z"}
    assert set(labels_of(await freeze(qa, tmp_path, 1, 2))) == {"s0", "s1", "s2"}
    with pytest.raises(Refused) as unknown:
        await freeze(qa, tmp_path, 3)
    assert (unknown.value.field, "1, 2" in unknown.value.fix) == ("majors", True)


async def test_the_same_statement_again_is_the_same_version(qa: Qa) -> None:
    first, is_new = await publish(qa, "x", "w", renamed={"y": "w"})
    assert (first.guideline.major, is_new) == (2, True)
    assert await publish(qa, "x", "w", renamed={"y": "w"}) == (first, False)
    assert await publish(qa, "x", "w") == (first, False)
    again, is_new = await publish(qa, "x", "w", asked_again=["x"])
    assert (again.guideline.major, is_new) == (3, True)
    assert await publish(qa, "x", "w", asked_again=["x"]) == (again, False)


async def test_labels_are_asked_again_once_and_then_count(qa: Qa, tmp_path: Path) -> None:
    await label(qa, range(3), "x")
    await label(qa, range(3, 5), "y")
    await publish(qa, "x", "y", "z", asked_again=["x"])
    ask_again = AskAgain(PostgresAccepted(qa.pool), qa.database, lambda: NOON)
    counted = await ask_again("news", AskRequest(votes=2, most=3, dry_run=True))
    assert (counted.jobs, counted.votes, dict(counted.reasons)) == (3, 6, {"asked_again": 3})
    messages = "SELECT value FROM outbox WHERE topic = 'labeling.jobs' ORDER BY seq"
    assert await qa.rows(messages) == []
    assert (await ask_again("news", AskRequest(votes=2, most=3))).jobs == 3
    assert (await ask_again("news", AskRequest(votes=2, most=3))).jobs == 0
    jobs = [LabelingJob.model_validate_json(value) for (value,) in await qa.rows(messages)]
    assert [(job.sample_id, job.guideline.major, job.content.text) for job in jobs] == [
        (f"s{n}", 2, f"text {n}") for n in range(3)
    ]
    await qa.jobs(jobs)
    votes = [
        vote(n, annotator, "z").event.model_copy(
            update={
                "job_id": jobs[n].job_id,
                "guideline": jobs[n].guideline,
                "annotation_id": f"{annotator}{n}",
            }
        )
        for n in range(3)
        for annotator in ("ann", "bob")
    ]
    await qa.annotations([ReceivedAnnotation(event, "0/1") for event in votes])
    assert labels_of(await freeze(qa, tmp_path)) == {"s0": "z", "s1": "z", "s2": "z", "s3": "y", "s4": "y"}


async def test_another_kind_says_that_every_label_is_asked_again(qa: Qa, tmp_path: Path) -> None:
    await label(qa, range(2), "x")
    document = {"title": "", "text": "", "label_schema": {"kind": "rating", "low": 1, "high": 5}}
    guidelines = PostgresGuidelines(qa.pool)
    with pytest.raises(Refused) as refused:
        await guidelines.publish("news", document, NOON)
    assert "all_asked_again" in refused.value.fix
    await guidelines.publish("news", document | {"changes": {"all_asked_again": True}}, NOON)
    with pytest.raises(Refused, match="2 labels of major 1: a later guideline asks them again"):
        await freeze(qa, tmp_path)


async def test_a_first_guideline_says_nothing_about_labels(qa: Qa) -> None:
    document = {
        "title": "",
        "text": "",
        "label_schema": {"kind": "rating"},
        "changes": {"asked_again": ["x"]},
    }
    with pytest.raises(Refused) as refused:
        await PostgresGuidelines(qa.pool).publish("other", document, NOON)
    assert refused.value.field == "changes"
