"""Providers of a project, and what operators ask about them."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path

from shoal.http.problems import Problem
from shoal.http.projects import check_project
from shoal.security import Principal, ProjectDirectory, require
from shoal_gateway.domain.providers import ProviderConfig
from shoal_gateway.domain.routing import IN_HOUSE
from shoal_gateway.http.bodies import ProviderIn, provider_json
from shoal_gateway.usecases.ports import ProviderConfigs
from shoal_gateway.usecases.reports import ProviderStatus, Reports, TaskStatus

ProviderName = Annotated[str, Path(max_length=128, pattern=r"^[a-z0-9][a-z0-9._-]*$")]


class ProviderRoutes:
    """Routes for operators."""

    def __init__(
        self,
        configs: ProviderConfigs,
        reports: Reports,
        directory: ProjectDirectory,
        wake: Callable[[], None],
    ) -> None:
        self._configs = configs
        self._reports = reports
        self._directory = directory
        self._wake = wake

    def router(self) -> APIRouter:
        """Return the routes."""
        may = Annotated[Principal, Depends(require("operator"))]
        routes = APIRouter(tags=["providers"])

        @routes.put("/v1/projects/{project}/providers/{name}")
        async def put(project: str, name: ProviderName, body: ProviderIn, principal: may) -> dict[str, Any]:
            """Configure a provider; what was parked at it goes out again. Secrets are never returned."""
            check_project(self._directory, principal, project)
            config = _config(project, name, body)
            unparked = await self._configs.put(config)
            self._wake()
            kept = await self._configs.get(project, name) or config
            return {**provider_json(kept), "sent_again": unparked}

        @routes.get("/v1/projects/{project}/providers")
        async def listing(project: str, principal: may) -> dict[str, Any]:
            """Return the project's providers; the own queue is always one of them."""
            check_project(self._directory, principal, project)
            found = list(await self._configs.of_project(project))
            if all(config.name != IN_HOUSE for config in found):
                default = not any(config.is_default for config in found)
                found.append(
                    ProviderConfig(project=project, name=IN_HOUSE, kind=IN_HOUSE, is_default=default)
                )
            return {"providers": [provider_json(config) for config in found]}

        @routes.get("/v1/projects/{project}/queue")
        async def status(project: str, principal: may) -> dict[str, Any]:
            """Return tasks, votes, cost and trouble by provider."""
            check_project(self._directory, principal, project)
            return {"providers": [_status_json(item) for item in await self._reports.providers(project)]}

        @routes.get("/v1/projects/{project}/jobs/{job}/tasks")
        async def tasks(project: str, job: str, principal: may) -> dict[str, Any]:
            """Return a job's tasks at their providers."""
            check_project(self._directory, principal, project)
            found = await self._reports.tasks_of_job(project, job)
            if not found:
                raise Problem(
                    404,
                    "Unknown job",
                    f"project {project!r} has no tasks for job {job[:200]!r}",
                    field="job",
                    fix="Use the job_id of an event on labeling.jobs",
                )
            return {"job_id": job, "tasks": [_task_json(item) for item in found]}

        return routes


def _config(project: str, name: str, body: ProviderIn) -> ProviderConfig:
    if (name == IN_HOUSE) != (body.kind == IN_HOUSE):
        raise Problem(
            422,
            "Reserved name",
            "the in-house queue is the provider named inhouse, and no other is",
            field="kind",
            fix='Use kind "generic" with another name, or name inhouse with kind "inhouse"',
        )
    if body.kind == "generic" and body.base_url is None:
        raise Problem(
            422,
            "Missing field",
            "a provider of kind generic needs base_url",
            field="base_url",
            fix='Send {"base_url": "https://vendor.example/api"}',
        )
    return ProviderConfig(
        project=project,
        name=name,
        kind=body.kind,
        base_url=str(body.base_url) if body.base_url else None,
        api_key=body.api_key.get_secret_value() if body.api_key else None,
        webhook_secret=body.webhook_secret.get_secret_value() if body.webhook_secret else None,
        price_per_vote=body.price_per_vote,
        is_default=body.default,
    )


def _status_json(item: ProviderStatus) -> dict[str, Any]:
    return {
        "provider": item.provider,
        "tasks": item.tasks,
        "votes_wanted": item.votes_wanted,
        "votes": item.votes,
        "skips": item.skips,
        "cost": round(item.cost, 6),
        "intents_pending": item.intents_pending,
        "intents_parked": item.intents_parked,
        "refused_annotations": item.refused_annotations,
        "oldest_pending": item.oldest_pending.isoformat() if item.oldest_pending else None,
        "last_error": item.last_error,
    }


def _task_json(item: TaskStatus) -> dict[str, Any]:
    task = item.task
    return {
        "external_id": task.external_id,
        "provider": task.provider,
        "lane": task.lane,
        "attempt": task.attempt,
        "state": task.state,
        "votes_wanted": task.votes,
        "votes": task.answers,
        "skips": task.skips,
        "vendor_task_id": item.task_ref,
        "error": item.error,
    }
