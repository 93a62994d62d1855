"""ingest's tables were restored to an earlier moment: projects, samples, images and erasures come back."""

from datetime import UTC, datetime
from typing import Any

import pytest

from pastkit import FakeHistory, go_back, remember, table_rows
from shoal.contracts.ids import sample_id
from shoal.contracts.projects import ApiKey, ProjectChanged
from shoal.contracts.samples import Content, Embedding, Generation, SampleErased, SampleIngested
from shoal.contracts.topics import PROJECTS_CHANGED, SAMPLES_ERASED, SAMPLES_INGESTED
from shoal.persistence import open_pool
from shoal_ingest.adapters.erasures import PostgresErasures
from shoal_ingest.recovering import recover_tables

pytestmark = pytest.mark.servers
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
SHA, LOOK = "ab" * 32, "cd" * 16
SAMPLES = "SELECT project, sample_id::text, digest IS NULL, published FROM samples ORDER BY 2"
MEDIA = "SELECT sha256, width, height, bytes, perceptual_hash, remove_after IS NULL FROM media ORDER BY 1"
USES = "SELECT sample_id::text, sha256 FROM media_uses ORDER BY 1"


def sample(number: int, content: Content, **fields: Any) -> SampleIngested:
    return SampleIngested(
        project="news",
        sample_id=sample_id("news", "wire", str(number)),
        source="wire",
        source_id=str(number),
        content=content,
        occurred_at=NOON,
        received_at=NOON,
        **fields,
    )


def changed(second: int, *keys: ApiKey) -> ProjectChanged:
    return ProjectChanged(project="news", title="News", keys=keys, changed_at=NOON.replace(second=second))


async def test_what_was_announced_comes_back(migrated_dsn: str) -> None:
    pool, history = await open_pool(migrated_dsn, "ingest"), FakeHistory()
    key = ApiKey(key_id="k1", sha256="0" * 64, roles=("operator",))
    history.add(PROJECTS_CHANGED, [changed(1, key), changed(2)])  # the key was revoked
    facts = {"media_type": "image/png", "width": 4, "height": 3, "bytes": 99, "perceptual_hash": LOOK}
    image = Content.model_validate({"uri": f"media:{SHA}", "sha256": SHA, **facts})
    encoder = Embedding(generation=Generation(name="e", version="1", dimension=2), vector=bytes(8))
    events = [
        sample(1, Content(text="one"), embedding=encoder),
        sample(2, image),
        sample(3, Content(text="erased")),
    ]
    history.add(SAMPLES_INGESTED, events)
    erased = SampleErased(project="news", sample_id=events[2].sample_id, reason="asked", erased_at=NOON)
    history.add(SAMPLES_ERASED, [erased])
    await remember(pool)
    await go_back(pool)
    for counted in (
        {"projects": 2, "samples": 3, "erasures": 1},
        {"projects": 0, "samples": 0, "erasures": 0},
    ):
        assert await recover_tables(pool, history) == counted
        ids = sorted(event.sample_id for event in events)
        rows = await table_rows(pool, SAMPLES)
        assert rows == [("news", name, name == erased.sample_id, True) for name in ids]
        assert await table_rows(pool, MEDIA) == [(SHA, 4, 3, 99, LOOK, True)]
        assert await table_rows(pool, USES) == [(events[1].sample_id, SHA)]
        assert await table_rows(pool, "SELECT keys FROM projects") == [([],)]
        assert await table_rows(pool, "SELECT name, dimension FROM generations") == [("e", 2)]
    assert await pool.fetchval("SELECT count(*) FROM outbox") == 0
    assert await PostgresErasures(pool).add([erased], []) == set()
    await pool.close()
