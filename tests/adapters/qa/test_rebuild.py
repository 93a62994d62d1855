"""The files of a version are rebuilt from the log of labels, bit for bit, whatever came later."""

from pathlib import Path
from typing import Any

import pytest

from adapters.qa.guidelinekit import label, publish, vote_twice
from adapters.qa.qakit import NOON, Qa, job, vote
from shoal.contracts.samples import Content, SampleErased
from shoal.runtime.refusal import Refused
from shoal_qa.adapters.files.datasets import FsspecFiles
from shoal_qa.adapters.postgres.accepted import PostgresAccepted
from shoal_qa.adapters.postgres.datasets import PostgresRegistry
from shoal_qa.usecases.datasets.drafting import DatasetRequest
from shoal_qa.usecases.datasets.files import FindVersion
from shoal_qa.usecases.datasets.freezing import FreezeDataset
from shoal_qa.usecases.datasets.rebuild import RebuildVersion
from shoal_qa.usecases.datasets.rows import RowForm
from shoal_qa.usecases.erase import EraseSamples

pytestmark = pytest.mark.servers
SPLITS = {"validation": 0.3, "train": 0.4, "test": 0.3}  # the database sorts these names otherwise


async def freeze(qa: Qa, folder: Path, **request: Any) -> dict[str, Any]:
    registry = PostgresRegistry(qa.pool)
    freezing = FreezeDataset(PostgresAccepted(qa.pool), FsspecFiles(str(folder)), registry, lambda: NOON)
    return (await freezing("news", DatasetRequest(dataset="topics", splits=SPLITS, **request)))[0]


async def rebuild(qa: Qa, folder: Path, version: str) -> dict[str, Any]:
    find_version = FindVersion(PostgresRegistry(qa.pool))
    building = RebuildVersion(find_version, PostgresAccepted(qa.pool), FsspecFiles(str(folder)))
    return await building("news", "topics", version)


def content_of(manifest: dict[str, Any]) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in Path(manifest["uri"]).iterdir()}


async def test_lost_files_come_back_bit_for_bit(qa: Qa, tmp_path: Path) -> None:
    await label(qa, range(30), "x")
    first = await freeze(qa, tmp_path, seed=7)
    before = content_of(first)
    # A label is revised, another one withdrawn, and a third added, under a new guideline too.
    await vote_twice(qa, range(1), "y", revision=2)
    await vote_twice(qa, range(1, 3), None, revision=2)
    await publish(qa, "w", "y", renamed={"x": "w"})
    await label(qa, range(40, 43), "y", major=2)
    second = await freeze(qa, tmp_path, seed=7)
    assert (second["number"], second["rows"]) == (2, 31)
    for name in before:
        (Path(first["uri"]) / name).unlink()
    assert await rebuild(qa, tmp_path, first["version"]) == first
    assert content_of(first) == before
    after = content_of(second)
    await rebuild(qa, tmp_path, second["version"])
    assert content_of(second) == after


async def test_a_version_with_erased_samples_cannot_be_rebuilt(qa: Qa, tmp_path: Path) -> None:
    await label(qa, range(3), "x")
    manifest = await freeze(qa, tmp_path)
    event = SampleErased(project="news", sample_id="s1", reason="asked", erased_at=NOON)
    await EraseSamples(qa.database, lambda: NOON)([event])
    before = content_of(manifest)
    with pytest.raises(Refused) as refused:
        await rebuild(qa, tmp_path, manifest["version"])
    assert (refused.value.kind, "erased" in refused.value.detail) == ("conflict", True)
    assert content_of(manifest) == before


async def test_a_version_of_an_earlier_release_says_that_it_has_no_position(qa: Qa, tmp_path: Path) -> None:
    await label(qa, range(3), "x")
    manifest = await freeze(qa, tmp_path)
    await qa.pool.execute("UPDATE datasets SET manifest = manifest - 'labels_until'")
    with pytest.raises(Refused, match="earlier release"):
        await rebuild(qa, tmp_path, manifest["version"])


async def test_a_version_whose_rows_had_no_content_comes_back_without_it(qa: Qa, tmp_path: Path) -> None:
    await label(qa, range(2), "x")
    manifest = await freeze(qa, tmp_path, form=RowForm(content=False))
    await qa.pool.execute("UPDATE datasets SET manifest = manifest - 'has_content'")
    file = Path(manifest["uri"]) / "data.jsonl"
    before = file.read_bytes()
    assert b'"content"' not in before
    file.unlink()
    await rebuild(qa, tmp_path, manifest["version"])
    assert file.read_bytes() == before


async def test_near_duplicates_across_splits_are_named(qa: Qa, tmp_path: Path) -> None:
    await label(qa, range(6), "x")
    manifest = await freeze(qa, tmp_path)
    assert manifest["near_duplicates"] == {"samples": 0, "examples": []}
    words = "Wheat exports fell for the third month in a row as floods closed the port of Odessa"
    content = Content(text=words)
    await qa.jobs([job(n).model_copy(update={"content": content}) for n in range(50, 60)])
    await qa.annotations([vote(n, who, "x") for n in range(50, 60) for who in ("ann", "bob")])
    manifest = await freeze(qa, tmp_path)
    duplicates = manifest["near_duplicates"]
    assert duplicates["samples"] == 10
    assert all(len(set(pair["splits"])) == 2 and pair["similarity"] == 1 for pair in duplicates["examples"])
