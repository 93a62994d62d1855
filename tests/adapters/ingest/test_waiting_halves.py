"""Halves that wait for the other one, as metrics, on a real PostgreSQL."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from prometheus_client import REGISTRY

from adapters.ingest.test_joining import Joiner, half
from shoal.persistence import open_pool
from shoal_ingest.adapters import halves

pytestmark = pytest.mark.servers
REQUEST, GOOD, BAD = {"instances": ["Wheat fell"]}, {"predictions": ["grain"]}, {"predictions": [{"odd": 1}]}


@pytest.fixture
async def pool(migrated_dsn: str) -> AsyncIterator[Any]:
    opened = await open_pool(migrated_dsn, "ingest")
    for project in ("counted-news", "counted-idle"):
        await opened.execute(
            "INSERT INTO projects (project, title, changed_at) VALUES ($1, '', now())", project
        )
    yield opened
    await opened.close()


def value(name: str, project: str) -> float | None:
    return REGISTRY.get_sample_value(f"shoal_ingest_{name}", {"project": project})


async def test_halves_wait_until_the_other_one_comes(pool: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    joiner, measure = Joiner(pool), halves.PostgresHalves(pool).measure
    early = half("request", REQUEST, "early", "counted-news")
    await joiner(early.model_copy(update={"received_at": datetime.now(UTC) - timedelta(minutes=5)}))
    for name in ("alone", "other"):
        await joiner(half("request", REQUEST, name, "counted-news"))
    await joiner(
        half("request", REQUEST, "odd", "counted-news"), half("response", BAD, "odd", "counted-news")
    )
    await pool.execute("UPDATE halves SET received_at = now() WHERE correlation_id IN ('alone', 'other')")
    await measure()
    assert value("waiting_halves", "counted-news") == 3  # refused pairs do not wait
    assert 300 <= (value("oldest_half_seconds", "counted-news") or 0) < 330
    assert value("waiting_halves", "counted-idle") is None

    with monkeypatch.context() as patch:
        patch.setattr(halves, "MOST_COUNTED", 2)
        await measure()
        assert value("waiting_halves", "counted-news") == 2

    for name in ("early", "alone", "other"):
        await joiner(half("response", GOOD, name, "counted-news"))
    await measure()
    assert value("waiting_halves", "counted-news") == 0
    assert value("oldest_half_seconds", "counted-news") == 0
