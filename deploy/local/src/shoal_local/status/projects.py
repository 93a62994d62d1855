"""Projects and their campaigns: what is done, and what each of them waits for."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shoal_local.status.services import Door

Facts = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectStatus:
    """One project; a count is None if its service does not answer.

    votes_outstanding: votes that providers still owe. providers: what providers refused or failed at.
    """

    project: str
    samples_decided: int | None
    samples_waiting: int | None
    jobs: Mapping[str, int] | None
    votes_outstanding: int | None
    providers: Sequence[str]
    campaigns: Sequence["CampaignStatus"] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignStatus:
    """One campaign and what it waits for."""

    project: str
    campaign: str
    state: str
    samples_taken: int
    votes_reserved: int
    votes_budget: int
    labels: int
    waits_for: str


async def read_projects(door: Door, names: Sequence[str]) -> list[ProjectStatus] | None:
    """Return the status of projects: of all that the key may see if no names are given.

    Returns None if ingest does not say which projects there are.
    """
    if not names:
        answer = await door.read("ingest", "/v1/projects")
        if answer is None:
            return None
        names = [project["project"] for project in answer["projects"]]
    return list(await asyncio.gather(*(_read_project(door, name) for name in names)))


async def _read_project(door: Door, project: str) -> ProjectStatus:
    path = f"/v1/projects/{project}"
    campaigns, metrics, queue = await asyncio.gather(
        door.read("sampler", f"{path}/campaigns"),
        door.read("qa", f"{path}/metrics"),
        door.read("labeling-gateway", f"{path}/queue"),
    )
    providers = (queue or {}).get("providers", [])
    return ProjectStatus(
        project=project,
        samples_decided=(campaigns or {}).get("samples_decided"),
        samples_waiting=(campaigns or {}).get("samples_waiting"),
        jobs=None if metrics is None else metrics["jobs"],
        votes_outstanding=None if queue is None else sum(map(_votes_outstanding, providers)),
        providers=[fault for provider in providers for fault in _faults_of(provider)],
        campaigns=None
        if campaigns is None
        else [_campaign_status(project, campaign) for campaign in campaigns["campaigns"]],
    )


def _votes_outstanding(provider: Facts) -> int:
    return max(0, int(provider["votes_wanted"]) - int(provider["votes"]))


def _faults_of(provider: Facts) -> list[str]:
    name, error = provider["provider"], provider["last_error"]
    faults = [f"{provider['intents_parked']} messages refused"] if provider["intents_parked"] else []
    faults += [str(error)] if error else []
    return [f"{name}: {fault}" for fault in faults]


def _campaign_status(project: str, campaign: Facts) -> CampaignStatus:
    return CampaignStatus(
        project=project,
        campaign=campaign["name"],
        state=campaign["state"],
        samples_taken=campaign["counts"]["taken"],
        votes_reserved=campaign["votes_reserved"],
        votes_budget=campaign["budget"]["votes"],
        labels=campaign["counts"]["labels_accepted"],
        waits_for=what_it_waits_for(project, campaign),
    )


def what_it_waits_for(project: str, campaign: Facts) -> str:
    """Return what a campaign waits for, in words, from the sampler's answer about it."""
    name, counts = campaign["name"], campaign["counts"]
    left = campaign["budget"]["votes"] - campaign["votes_reserved"]
    progress = f"{counts['labels_accepted']:,} of {counts['taken']:,} samples have a label"
    words = {
        "draft": f"you: it is a draft (shoal sampler resume {project} {name})",
        "paused": f"you: it is paused (shoal sampler resume {project} {name})",
        "done": f"nothing: it is finished; {progress}",
        "past_until": f"nothing: it ended at {campaign.get('until')}; {progress}",
        "budget": "a budget: it has too few votes for one job",
        "budget_spent": f"labels: its budget is reserved; {progress}",
        "guideline": f"a guideline (shoal qa publish {project} FILE)",
        "day_cap_reached": "tomorrow (UTC): its samples of today are taken",
        "samples": "samples: none came since it was created "
        "(samples that were decided before are not considered)",
        "matching_samples": f"samples that match its filter: none of {counts['seen']:,} does",
        "more_samples": f"more samples: {left:,} votes of its budget are left; {progress}",
    }
    return words.get(campaign["waits_for"], str(campaign["waits_for"]))
