"""The campaigns that a replica learns from the topic: a project's own, whatever ids others use."""

import json
from pathlib import Path
from typing import Any

import shoal.contracts
from publishingkit import received
from shoal.contracts.selections import CampaignChanged
from shoal_sampler.usecases.campaigns.directory import CampaignDirectory
from shoal_sampler.usecases.ports import Spending

EXAMPLES = Path(shoal.contracts.__file__).parent / "examples"


async def test_a_campaign_of_another_project_with_the_same_id_changes_nothing() -> None:
    fields = json.loads((EXAMPLES / "campaign.changed/v1/rare.json").read_text())
    own = CampaignChanged.model_validate(fields)
    other = CampaignChanged.model_validate({**fields, "project": "zoo", "version": own.version + 5})
    directory, no_store = CampaignDirectory(), Any
    for event in (own, other):
        directory.apply(received(event, "campaigns.changed"))
    spending = Spending(
        campaign_id=own.campaign_id, version=own.version, votes_reserved=0, credit=0.0, taken_today=0
    )
    for project in (own.project, "zoo"):
        (campaign,) = await directory.resolve(project, [spending], no_store)  # type: ignore[arg-type]
        assert campaign.project == project
