"""Campaigns over HTTP."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Path, Response

from shoal.contracts.base import NO_NUL
from shoal.http.guard import takes_many_values
from shoal.http.openapi import problem_responses
from shoal.http.projects import OperatorProject
from shoal.http.schemas import CautionAnswer
from shoal.runtime.refusal import Caution
from shoal_sampler.domain.campaigns.waits import what_it_waits_for
from shoal_sampler.http.parts import Parts, Wired
from shoal_sampler.http.schemas import CampaignAnswer, CampaignsAnswer, ChangedCampaignAnswer
from shoal_sampler.usecases.campaigns.definition import Definition
from shoal_sampler.usecases.campaigns.translate import progress_of
from shoal_sampler.usecases.ports import CampaignRow

CREATED, OK = 201, 200
CampaignKey = Annotated[
    str,
    Path(
        alias="campaign",
        min_length=1,
        max_length=200,
        pattern=NO_NUL,
        description="Id or name of the campaign.",
        examples=["wheat"],
    ),
]

routes = APIRouter(prefix="/v1/projects/{project}/campaigns", tags=["campaigns"])


@routes.post(
    "",
    status_code=CREATED,
    summary="Create a campaign",
    responses={
        OK: {"model": ChangedCampaignAnswer, "description": "The same campaign already exists."},
        **problem_responses(404, 409),
    },
)
@takes_many_values
async def create_campaign(
    project: OperatorProject, body: Definition, parts: Wired, response: Response
) -> ChangedCampaignAnswer:
    """Create a campaign (201); repeating the request returns it (200).

    `warnings` names parts that may be mistakes, such as a filter that no sample has met so far.
    """
    row, is_new = await parts.manage_campaigns.create(project, body)
    response.status_code = CREATED if is_new else OK
    earlier = await parts.manage_campaigns.earlier_samples(project, body) if is_new else []
    return await _answer_change(row, body, parts, earlier)


@routes.get("", summary="List campaigns", responses=problem_responses(404))
async def list_campaigns(project: OperatorProject, parts: Wired) -> CampaignsAnswer:
    """Return the project's campaigns with their counts, and how many samples wait for a window."""
    rows = await parts.manage_campaigns.list(project)
    return CampaignsAnswer(
        campaigns=[_answer_campaign(row, parts) for row in rows],
        samples_waiting=await parts.campaigns.waiting(project),
        samples_decided=await parts.campaigns.decided(project),
    )


@routes.get("/{campaign}", summary="Show a campaign", responses=problem_responses(404))
async def show_campaign(project: OperatorProject, key: CampaignKey, parts: Wired) -> CampaignAnswer:
    """Return one campaign, by id or name."""
    return _answer_campaign(await parts.manage_campaigns.get(project, key), parts)


@routes.put("/{campaign}", summary="Change a campaign", responses=problem_responses(404, 409))
@takes_many_values
async def change_campaign(
    project: OperatorProject, key: CampaignKey, body: Definition, parts: Wired
) -> ChangedCampaignAnswer:
    """Replace a campaign's policy and budget. Its version grows; its spending stays."""
    return await _answer_change(await parts.manage_campaigns.change(project, key, body), body, parts)


@routes.post("/{campaign}/pause", summary="Pause a campaign", responses=problem_responses(404, 409))
async def pause_campaign(project: OperatorProject, key: CampaignKey, parts: Wired) -> CampaignAnswer:
    """Take no more samples until the campaign is resumed."""
    return _answer_campaign(await parts.manage_campaigns.move(project, key, "paused"), parts)


@routes.post("/{campaign}/resume", summary="Resume a campaign", responses=problem_responses(404, 409))
async def resume_campaign(project: OperatorProject, key: CampaignKey, parts: Wired) -> CampaignAnswer:
    """Take samples again, or start a draft."""
    return _answer_campaign(await parts.manage_campaigns.move(project, key, "active"), parts)


@routes.post("/{campaign}/finish", summary="Finish a campaign", responses=problem_responses(404, 409))
async def finish_campaign(project: OperatorProject, key: CampaignKey, parts: Wired) -> CampaignAnswer:
    """End a campaign for good; jobs that it created are still labelled."""
    return _answer_campaign(await parts.manage_campaigns.move(project, key, "done"), parts)


async def _answer_change(
    row: CampaignRow, body: Definition, parts: Parts, more: Sequence[Caution] = ()
) -> ChangedCampaignAnswer:
    cautions = [*await parts.manage_campaigns.cautions(row.event.project, body), *more]
    answer = _answer_campaign(row, parts)
    fields = {name: getattr(answer, name) for name in CampaignAnswer.model_fields}
    return ChangedCampaignAnswer(**fields, warnings=[CautionAnswer.of(caution) for caution in cautions])


def _answer_campaign(row: CampaignRow, parts: Parts) -> CampaignAnswer:
    waits_for = what_it_waits_for(
        progress_of(row),
        has_guideline=parts.guidelines.get(row.event.project) is not None,
        now=parts.clock(),
    )
    return CampaignAnswer.of(row, waits_for)
