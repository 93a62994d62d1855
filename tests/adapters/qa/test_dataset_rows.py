"""The rows of a dataset: what is known about a sample, its campaign and its label, in both forms of file."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from adapters.qa.qakit import NOON, Qa, job, review, vote
from shoal.contracts.labels import LabelingJob
from shoal.contracts.samples import SampleErased
from shoal_qa.adapters.files.datasets import FsspecFiles
from shoal_qa.adapters.postgres.accepted import PostgresAccepted
from shoal_qa.adapters.postgres.datasets import PostgresRegistry
from shoal_qa.usecases.datasets.drafting import DatasetRequest
from shoal_qa.usecases.datasets.freezing import FreezeDataset
from shoal_qa.usecases.erase import EraseSamples

pytestmark = pytest.mark.servers
SEEN_AT = datetime(2026, 11, 24, 9, 30, 1, 250_000, tzinfo=UTC)
REQUEST = DatasetRequest(dataset="topics", splits={"train": 1.0})


def sampled(number: int, **changes: Any) -> LabelingJob:
    """Return a job of a sample with everything that its producer may say about it."""
    facts = {
        "source": "wire",
        "source_id": f"item {number}",
        "tags": {"länge": "kurz", "desk": "markets"},
        "occurred_at": SEEN_AT,
        "campaign_id": "c-1",
        "campaign": "coffee",
    }
    return job(number).model_copy(update=facts | changes)


async def label(qa: Qa, *jobs: LabelingJob) -> None:
    """Give each job two votes for x."""
    await qa.jobs(jobs)
    await qa.annotations([vote(int(item.job_id[1:]), name, "x") for item in jobs for name in ("ann", "bob")])


def freezer(qa: Qa, folder: Path) -> FreezeDataset:
    files = FsspecFiles(str(folder))
    return FreezeDataset(PostgresAccepted(qa.pool), files, PostgresRegistry(qa.pool), lambda: NOON)


def rows_of(manifest: dict[str, Any]) -> list[dict[str, Any]]:
    lines = (Path(manifest["uri"]) / "data.jsonl").read_bytes().splitlines()
    return [orjson.loads(line) for line in lines]


def table_of(manifest: dict[str, Any]) -> pa.Table:
    return pq.read_table(Path(manifest["uri"]) / "data.parquet")


async def test_rows_name_the_sample_its_campaign_and_the_probability_of_every_class(
    qa: Qa, tmp_path: Path
) -> None:
    await label(qa, sampled(1))
    manifest, _ = await freezer(qa, tmp_path)("news", REQUEST)
    (row,) = rows_of(manifest)
    assert (row["source"], row["source_id"]) == ("wire", "item 1")
    assert row["tags"] == {"desk": "markets", "länge": "kurz"}
    assert datetime.fromisoformat(row["occurred_at"]) == SEEN_AT
    assert (row["campaign"], row["campaign_id"]) == ("coffee", "c-1")
    assert set(row["probabilities"]) <= {"x", "y"}
    assert row["probabilities"]["x"] == pytest.approx(row["probability"], abs=1e-6)
    assert sum(row["probabilities"].values()) == pytest.approx(1, abs=0.002)
    assert manifest["campaigns"] == {"coffee": 1}


async def test_parquet_has_the_same_values_with_maps_as_pairs(qa: Qa, tmp_path: Path) -> None:
    await label(qa, sampled(1), job(2))
    manifest, _ = await freezer(qa, tmp_path)("news", REQUEST)
    rows, table = rows_of(manifest), table_of(manifest).to_pylist()
    for row, other in zip(rows, table, strict=True):
        tags = {pair["name"]: pair["value"] for pair in other["tags"]}
        shares = {pair["label"]: pair["probability"] for pair in other["probabilities"]}
        content = orjson.loads(other["content"])
        assert row == other | {"tags": tags, "probabilities": shares, "content": content}


async def test_the_schema_is_the_same_with_and_without_values(qa: Qa, tmp_path: Path) -> None:
    await label(qa, job(1))
    bare, _ = await freezer(qa, tmp_path)("news", REQUEST)
    await label(qa, sampled(2))
    full, _ = await freezer(qa, tmp_path)("news", REQUEST)
    assert table_of(bare).schema == table_of(full).schema
    (row,) = rows_of(bare)
    assert (row["source"], row["source_id"], row["occurred_at"], row["campaign"]) == (None,) * 4
    assert row["tags"] == {}
    assert bare["campaigns"] == {"none": 1}


async def test_an_old_job_is_named_by_its_campaigns_id_in_the_manifest(qa: Qa, tmp_path: Path) -> None:
    await label(qa, sampled(1, campaign=None))
    manifest, _ = await freezer(qa, tmp_path)("news", REQUEST)
    assert manifest["campaigns"] == {"c-1": 1}


async def test_an_experts_label_has_probability_one(qa: Qa, tmp_path: Path) -> None:
    await label(qa, sampled(1))
    await qa.annotations([review(1, "y", 5)])
    manifest, _ = await freezer(qa, tmp_path)("news", REQUEST)
    (row,) = rows_of(manifest)
    assert (row["label"], row["probability"], row["probabilities"]) == ("y", 1.0, {"y": 1.0})


async def test_an_erased_sample_is_in_no_later_version_and_its_names_are_gone(qa: Qa, tmp_path: Path) -> None:
    await label(qa, sampled(1), sampled(2))
    event = SampleErased(project="news", sample_id="s1", reason="request", erased_at=NOON)
    await EraseSamples(qa.database, lambda: NOON)([event])
    manifest, _ = await freezer(qa, tmp_path)("news", REQUEST)
    assert [row["source_id"] for row in rows_of(manifest)] == ["item 2"]
    await qa.jobs([sampled(1)])
    assert await qa.rows("SELECT source_id, tags FROM jobs WHERE sample_id = 's1'") == [(None, {})]
    late = sampled(3).model_copy(update={"sample_id": "s1"})
    await qa.jobs([late])
    assert await qa.rows("SELECT content, source_id, tags FROM jobs WHERE job_id = 'j3'") == [
        (None, None, {})
    ]


async def test_the_same_labels_give_the_same_bytes_in_another_folder(qa: Qa, tmp_path: Path) -> None:
    await label(qa, sampled(1), sampled(2), job(3))
    first, _ = await freezer(qa, tmp_path / "a")("news", REQUEST)
    await qa.pool.execute("DELETE FROM datasets")
    second, is_new = await freezer(qa, tmp_path / "b")("news", REQUEST)
    assert is_new
    assert (first["version"], first["files"]) == (second["version"], second["files"])
