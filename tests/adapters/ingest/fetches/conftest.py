"""Ingest with a host of images on this machine."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from adapters.ingest.fetches.fetchkit import Ingest, open_ingest


@pytest.fixture
async def ingest(migrated_dsn: str, tmp_path: Path) -> AsyncIterator[Ingest]:
    async with open_ingest(migrated_dsn, tmp_path) as running:
        yield running
