"""Versions whose files outlived the database are registered again."""

from pathlib import Path
from typing import Any

import orjson
import pytest

from adapters.qa.qakit import NOON, Qa, job, vote
from shoal_qa.adapters.files.datasets import FsspecFiles
from shoal_qa.adapters.postgres.accepted import PostgresAccepted
from shoal_qa.adapters.postgres.datasets import PostgresRegistry
from shoal_qa.usecases.datasets.drafting import DatasetRequest
from shoal_qa.usecases.datasets.freezing import FreezeDataset
from shoal_qa.usecases.datasets.restore import RestoreVersions

pytestmark = pytest.mark.servers
EVENTS = "SELECT count(*) FROM outbox WHERE topic = 'datasets.published'"


async def freeze(qa: Qa, folder: Path, seed: int = 0, dataset: str = "topics") -> dict[str, Any]:
    registry = PostgresRegistry(qa.pool)
    freezing = FreezeDataset(
        PostgresAccepted(qa.pool), FsspecFiles(str(folder)), registry, lambda: NOON.replace(minute=seed)
    )
    manifest, _ = await freezing(
        "news", DatasetRequest(dataset=dataset, splits={"train": 0.5, "test": 0.5}, seed=seed)
    )
    return manifest


async def fill_labels(qa: Qa) -> None:
    await qa.jobs([job(n) for n in range(1, 5)])
    await qa.annotations([vote(n, name, "x") for n in range(1, 5) for name in ("ann", "bob")])


async def restore(qa: Qa, folder: Path) -> int:
    return await RestoreVersions(FsspecFiles(str(folder)), PostgresRegistry(qa.pool))()


async def test_a_new_database_lists_the_versions_as_before(qa: Qa, tmp_path: Path) -> None:
    await fill_labels(qa)
    for seed in range(3):
        await freeze(qa, tmp_path, seed)
    await freeze(qa, tmp_path, 7, "others")
    before = await PostgresRegistry(qa.pool).all("news")
    await qa.pool.execute("DELETE FROM datasets")
    await qa.pool.execute("DELETE FROM outbox")
    assert await restore(qa, tmp_path) == 4
    assert await PostgresRegistry(qa.pool).all("news") == before
    assert await qa.pool.fetchval(EVENTS) == 4


async def test_versions_that_are_registered_stay_as_they_are(qa: Qa, tmp_path: Path) -> None:
    await fill_labels(qa)
    await freeze(qa, tmp_path)
    assert [await restore(qa, tmp_path) for _ in range(2)] == [0, 0]
    assert await qa.pool.fetchval(EVENTS) == 1


async def test_the_next_version_continues_the_numbers(qa: Qa, tmp_path: Path) -> None:
    await fill_labels(qa)
    first = await freeze(qa, tmp_path)
    await qa.pool.execute("DELETE FROM datasets")
    await restore(qa, tmp_path)
    second = await freeze(qa, tmp_path, seed=1)
    assert (second["number"], second["parent"]) == (2, first["version"])


async def test_a_number_that_is_taken_becomes_the_next_one(qa: Qa, tmp_path: Path) -> None:
    await fill_labels(qa)
    first = await freeze(qa, tmp_path)
    await qa.pool.execute("DELETE FROM datasets")
    second = await freeze(qa, tmp_path, seed=1)
    assert await restore(qa, tmp_path) == 1
    listed = await PostgresRegistry(qa.pool).all("news")
    assert [(item["version"], item["number"]) for item in listed] == [
        (second["version"], 1),
        (first["version"], 2),
    ]


@pytest.mark.parametrize("change", ["not JSON", "no object", "moved", "field", "wrong type", "empty"])
async def test_other_manifests_are_left_alone(qa: Qa, tmp_path: Path, change: str) -> None:
    await fill_labels(qa)
    manifest = await freeze(qa, tmp_path)
    good = await freeze(qa, tmp_path, seed=1)
    await qa.pool.execute("DELETE FROM datasets")
    file = Path(manifest["uri"]) / "manifest.json"
    content = orjson.loads(file.read_bytes())
    texts = {
        "not JSON": b"{",
        "no object": b"[1]",
        "moved": orjson.dumps(content | {"dataset": "other"}),
        "field": orjson.dumps({key: value for key, value in content.items() if key != "seed"}),
        "wrong type": orjson.dumps(content | {"rows": "many"}),
        "empty": b"",
    }
    file.write_bytes(texts[change])
    assert await restore(qa, tmp_path) == 1
    listed = await PostgresRegistry(qa.pool).all("news")
    assert [item["version"] for item in listed] == [good["version"]]


async def test_a_folder_that_is_missing_has_no_versions(qa: Qa, tmp_path: Path) -> None:
    assert await restore(qa, tmp_path / "none") == 0
