"""A running ingest with a folder of images."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from adapters.ingest.media.mediakit import Ingest, open_ingest


@pytest.fixture
async def ingest(migrated_dsn: str, tmp_path: Path) -> AsyncIterator[Ingest]:
    async with open_ingest(migrated_dsn, tmp_path) as running:
        yield running
