"""Campaigns over HTTP."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from starlette.responses import JSONResponse, Response

from shoal.http.projects import check_project
from shoal.security import Principal, ProjectDirectory, require
from shoal_sampler.domain.campaigns.campaign import why_it_waits
from shoal_sampler.usecases.definition import Definition, campaign_of
from shoal_sampler.usecases.directory import GuidelineDirectory
from shoal_sampler.usecases.manage import ManageCampaigns
from shoal_sampler.usecases.ports import CampaignRow, Campaigns

Operator = Annotated[Principal, Depends(require("operator"))]

CREATED, OK = 201, 200


class CampaignRoutes:
    """Routes for operators."""

    def __init__(
        self,
        manage: ManageCampaigns,
        campaigns: Campaigns,
        guidelines: GuidelineDirectory,
        directory: ProjectDirectory,
        clock: Callable[[], datetime],
    ) -> None:
        self._manage = manage
        self._campaigns = campaigns
        self._guidelines = guidelines
        self._directory = directory
        self._clock = clock

    def router(self) -> APIRouter:
        """Return the routes."""
        routes = APIRouter(prefix="/v1/projects/{project}/campaigns", tags=["campaigns"])
        routes.add_api_route("", self.create, methods=["POST"], status_code=CREATED)
        routes.add_api_route("", self.listing, methods=["GET"])
        routes.add_api_route("/{campaign}", self.show, methods=["GET"])
        routes.add_api_route("/{campaign}", self.change, methods=["PUT"])
        routes.add_api_route("/{campaign}/pause", self.pause, methods=["POST"])
        routes.add_api_route("/{campaign}/resume", self.resume, methods=["POST"])
        routes.add_api_route("/{campaign}/finish", self.finish, methods=["POST"])
        return routes

    async def create(self, project: str, body: Definition, principal: Operator) -> Response:
        """Create a campaign (201); the same request again returns it (200)."""
        check_project(self._directory, principal, project)
        row, is_new = await self._manage.create(project, body)
        return JSONResponse(self._json(row), CREATED if is_new else OK)

    async def listing(self, project: str, principal: Operator) -> dict[str, Any]:
        """Return the project's campaigns with their counts, and how many samples wait for a window."""
        check_project(self._directory, principal, project)
        rows = await self._manage.list(project)
        waiting = await self._campaigns.waiting(project)
        return {
            "campaigns": [self._json(row) for row in rows],
            "samples_waiting": waiting,
            "samples_decided": await self._campaigns.decided(project),
        }

    async def show(self, project: str, campaign: str, principal: Operator) -> dict[str, Any]:
        """Return one campaign, by id or name."""
        check_project(self._directory, principal, project)
        return self._json(await self._manage.get(project, campaign))

    async def change(
        self, project: str, campaign: str, body: Definition, principal: Operator
    ) -> dict[str, Any]:
        """Replace a campaign's policy and budget; its version grows, what is spent stays spent."""
        check_project(self._directory, principal, project)
        return self._json(await self._manage.change(project, campaign, body))

    async def pause(self, project: str, campaign: str, principal: Operator) -> dict[str, Any]:
        """Take nothing more until it is resumed."""
        check_project(self._directory, principal, project)
        return self._json(await self._manage.move(project, campaign, "paused"))

    async def resume(self, project: str, campaign: str, principal: Operator) -> dict[str, Any]:
        """Take samples (again)."""
        check_project(self._directory, principal, project)
        return self._json(await self._manage.move(project, campaign, "active"))

    async def finish(self, project: str, campaign: str, principal: Operator) -> dict[str, Any]:
        """End a campaign for good; what it asked for is still labelled."""
        check_project(self._directory, principal, project)
        return self._json(await self._manage.move(project, campaign, "done"))

    def _json(self, row: CampaignRow) -> dict[str, Any]:
        event = row.event
        strategy = {
            name: [_example(each) for each in value] if name.endswith("examples") else value
            for name, value in event.strategy.items()
        }
        return {
            "campaign_id": event.campaign_id,
            "project": event.project,
            "name": event.name,
            "state": event.state,
            "version": event.version,
            "strategy": strategy,
            "filter": event.filter,
            "budget": event.budget,
            "labeling": event.labeling,
            "until": event.until.isoformat() if event.until else None,
            "changed_at": event.changed_at.isoformat(),
            "votes_reserved": row.votes_reserved,
            "taken_today": row.taken_today,
            "counts": dict(row.counts),
            "waits_for": self._waits_for(row),
        }

    def _waits_for(self, row: CampaignRow) -> str | None:
        return why_it_waits(
            campaign_of(row.event),
            has_guideline=self._guidelines.get(row.event.project) is not None,
            votes_reserved=row.votes_reserved,
            taken_today=row.taken_today,
            now=self._clock(),
        )


def _example(example: dict[str, Any]) -> dict[str, Any]:
    """Return an example for people: by its id, or that it is a vector."""
    return {"sample_id": example["sample_id"]} if example.get("sample_id") else {"vector": "given"}
