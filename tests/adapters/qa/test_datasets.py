"""Dataset versions on a real PostgreSQL and real files: who asks at once for the same gets the same."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest

from shoal.persistence import open_pool
from shoal_qa.adapters.files.datasets import FsspecFiles
from shoal_qa.adapters.postgres.accepted import PostgresAccepted
from shoal_qa.adapters.postgres.datasets import PostgresRegistry
from shoal_qa.adapters.postgres.guidelines import PostgresGuidelines
from shoal_qa.usecases.datasets.drafting import DatasetRequest
from shoal_qa.usecases.datasets.freezing import FreezeDataset

pytestmark = pytest.mark.servers
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
SPLITS = {"train": 0.5, "test": 0.5}
ACCEPT = """
WITH job AS (
    INSERT INTO jobs (job_id, project, sample_id, purpose, major, minor, content, state, wanted, most, label, revision)
    VALUES ('j' || $1, 'news', 's' || $1, 'label', 1, 0, '{"text": "t"}', 'accepted', 2, 3, 'x', 1)
)
INSERT INTO labels (project, job_id, sample_id, revision, state, label, probability, evidence, reason, accepted_at)
VALUES ('news', 'j' || $1, 's' || $1, 1, 'accepted', 'x', 0.9,
        '{"votes": 2, "agreement": 1.0, "method": "majority"}', 'votes', $2)
"""


@pytest.fixture
async def pools(migrated_dsn: str) -> AsyncIterator[list[Any]]:
    """Yield two replicas' pools over accepted labels; the first has fewer connections than requests."""
    found = [await open_pool(migrated_dsn, "qa", max_size=size) for size in (3, 10)]
    schema = {"kind": "single_choice", "classes": [{"name": "x", "definition": "", "examples": []}]}
    document = {"title": "", "text": "", "label_schema": schema, "prelabels_allowed": False}
    await PostgresGuidelines(found[0]).publish("news", document, NOON)
    for number in range(10):
        await found[0].execute(ACCEPT, str(number), NOON)
    yield found
    for pool in found:
        await pool.close()


def freezer(pool: Any, files: Any) -> FreezeDataset:
    return FreezeDataset(PostgresAccepted(pool), files, PostgresRegistry(pool), lambda: datetime.now(UTC))


def on_disk(manifest: Mapping[str, Any]) -> dict[str, Any]:
    text = (Path(manifest["uri"]) / "manifest.json").read_bytes()
    return dict(orjson.loads(text)) | {"uri": manifest["uri"]}


async def test_the_same_content_asked_for_at_once_is_one_version_for_all(
    pools: list[Any], tmp_path: Path
) -> None:
    freezers = [freezer(pool, FsspecFiles(str(tmp_path))) for pool in pools]
    found = await asyncio.gather(
        *(each("news", DatasetRequest(dataset="topics", splits=SPLITS)) for each in freezers * 6)
    )
    manifests = [manifest for manifest, _ in found]
    assert all(manifest == manifests[0] for manifest in manifests)
    assert [is_new for _, is_new in found].count(True) == 1
    assert on_disk(manifests[0]) == manifests[0]
    assert await pools[0].fetchval("SELECT count(*) FROM datasets") == 1
    assert await pools[0].fetchval("SELECT count(*) FROM outbox WHERE topic = 'datasets.published'") == 1


async def test_different_versions_at_once_are_numbered_one_after_the_other(
    pools: list[Any], tmp_path: Path
) -> None:
    freezers = [freezer(pool, FsspecFiles(str(tmp_path))) for pool in pools]
    wishes = [
        (each, DatasetRequest(dataset="topics", splits=SPLITS, seed=seed))
        for seed in range(4)
        for each in freezers
    ]
    found = await asyncio.gather(*(each("news", wish) for each, wish in wishes))
    kept = await PostgresRegistry(pools[0]).all("news")
    assert [manifest["number"] for manifest in kept] == [1, 2, 3, 4]
    versions = [manifest["version"] for manifest in kept]
    assert [manifest["parent"] for manifest in kept] == [None, *versions[:-1]]
    assert {manifest["version"] for manifest, _ in found} == set(versions)
    assert sum(is_new for _, is_new in found) == 4
    assert all(on_disk(manifest) == manifest for manifest in kept)


async def test_freezing_reports_the_labels_that_it_read_and_all_of_them(
    pools: list[Any], tmp_path: Path
) -> None:
    reports: list[tuple[int, int]] = []
    freeze, wish = freezer(pools[0], FsspecFiles(str(tmp_path))), DatasetRequest(dataset="all", splits=SPLITS)
    await freeze("news", wish, lambda labels, total: reports.append((labels, total)))
    assert reports == [(10, 10)]


async def test_another_label_is_another_version(pools: list[Any], tmp_path: Path) -> None:
    freeze = freezer(pools[0], FsspecFiles(str(tmp_path)))
    first, _ = await freeze("news", DatasetRequest(dataset="topics", splits=SPLITS))
    await pools[0].execute(ACCEPT, "new", NOON)
    second, is_new = await freeze("news", DatasetRequest(dataset="topics", splits=SPLITS))
    assert is_new
    assert (second["number"], second["parent"], second["rows"]) == (2, first["version"], 11)
    assert (await freeze("news", DatasetRequest(dataset="topics", splits=SPLITS))) == (second, False)


class FullDisk(FsspecFiles):
    """Files that cannot be written the first time."""

    full = True

    async def write(self, folder: str, files: Mapping[str, bytes | Path]) -> str:
        if self.full:
            self.full = False
            raise OSError("no space left on device")
        return await super().write(folder, files)


async def test_a_freeze_that_fails_leaves_no_version_and_keeps_nobody_waiting(
    pools: list[Any], tmp_path: Path
) -> None:
    freeze = freezer(pools[0], FullDisk(str(tmp_path)))
    asked = (freeze("news", DatasetRequest(dataset="topics", splits=SPLITS)) for _ in range(2))
    failed, kept = sorted(
        await asyncio.gather(*asked, return_exceptions=True), key=lambda each: isinstance(each, tuple)
    )
    assert isinstance(failed, OSError)
    assert isinstance(kept, tuple)
    assert kept[1]
    assert await pools[0].fetchval("SELECT count(*) FROM outbox WHERE topic = 'datasets.published'") == 1
