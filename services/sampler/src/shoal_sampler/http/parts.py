"""Dependencies of the routes, wired in main."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import Depends

from shoal.http.application import parts_of
from shoal_sampler.usecases.audits import ManageAudits
from shoal_sampler.usecases.campaigns.directory import GuidelineDirectory
from shoal_sampler.usecases.campaigns.manage import ManageCampaigns
from shoal_sampler.usecases.ports import Campaigns
from shoal_sampler.usecases.similar import FindSimilar


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """Use cases and reports."""

    manage_campaigns: ManageCampaigns
    campaigns: Campaigns
    manage_audits: ManageAudits
    guidelines: GuidelineDirectory
    find_similar: FindSimilar
    clock: Callable[[], datetime]


Wired = Annotated[Parts, Depends(parts_of)]
