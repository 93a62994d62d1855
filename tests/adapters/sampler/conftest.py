"""A sampler on a separate database."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from adapters.sampler.samplerkit import NOON, NoSamples, NoVectors
from shoal.persistence import open_pool
from shoal_sampler.adapters.postgres.campaigns import PostgresCampaigns
from shoal_sampler.usecases.campaigns.checks import CheckCampaign
from shoal_sampler.usecases.campaigns.directory import GuidelineDirectory
from shoal_sampler.usecases.campaigns.manage import ManageCampaigns
from shoal_sampler.usecases.providers import ProviderDirectory


@pytest.fixture
async def pool(migrated_dsn: str) -> AsyncIterator[Any]:
    found = await open_pool(migrated_dsn, "sampler")
    yield found
    await found.close()


@pytest.fixture
def manage(pool: Any) -> ManageCampaigns:
    check = CheckCampaign(
        guidelines=GuidelineDirectory(), providers=ProviderDirectory(), stream=NoSamples(), clock=lambda: NOON
    )
    return ManageCampaigns(
        campaigns=PostgresCampaigns(pool), vectors=NoVectors(), check=check, clock=lambda: NOON
    )
