"""Routes about the providers of a project, for operators."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Path

from shoal.contracts.base import NAME_PATTERN, NO_NUL
from shoal.http.networks import Networks
from shoal.http.openapi import problem_responses
from shoal.http.problems import Problem
from shoal.http.projects import OperatorProject
from shoal_gateway.domain.providers import ProviderConfig
from shoal_gateway.domain.routing import IN_HOUSE
from shoal_gateway.http.parts import Wired
from shoal_gateway.http.provider_schemas import (
    ConfiguredAnswer,
    JobTasksAnswer,
    ProviderAnswer,
    ProviderIn,
    ProvidersAnswer,
    ProviderStatusAnswer,
    QueueAnswer,
    TaskStatusAnswer,
)

ProviderName = Annotated[
    str, Path(max_length=128, pattern=NAME_PATTERN, description="Name of the provider.", examples=["acme"])
]
JobId = Annotated[str, Path(min_length=1, max_length=200, pattern=NO_NUL, description="Id of the job.")]

routes = APIRouter(prefix="/v1/projects/{project}", tags=["providers"])


@routes.put("/providers/{name}", summary="Configure a provider", responses=problem_responses(404))
async def configure_provider(
    project: OperatorProject, name: ProviderName, body: ProviderIn, parts: Wired
) -> ConfiguredAnswer:
    """Configure a provider and retry its parked messages. Secrets are never returned."""
    config = _provider_config(project, name, body)
    _check_address(body, parts.networks)
    sent_again = await parts.configs.put(config, _kept_time(body.keep_webhook_secret_h))
    parts.wake()
    stored = await parts.configs.get(project, name) or config
    return ConfiguredAnswer(**ProviderAnswer.of(stored).model_dump(), sent_again=sent_again)


@routes.get("/providers", summary="List providers", responses=problem_responses(404))
async def list_providers(project: OperatorProject, parts: Wired) -> ProvidersAnswer:
    """Return the project's providers; the in-house queue is always one of them."""
    configs = list(await parts.configs.of_project(project))
    if all(config.name != IN_HOUSE for config in configs):
        default = not any(config.is_default for config in configs)
        configs.append(ProviderConfig(project=project, name=IN_HOUSE, kind=IN_HOUSE, is_default=default))
    return ProvidersAnswer(providers=[ProviderAnswer.of(config) for config in configs])


@routes.get("/queue", summary="Show the state of providers", responses=problem_responses(404))
async def show_queue(project: OperatorProject, parts: Wired) -> QueueAnswer:
    """Return tasks, votes, cost and failures by provider."""
    statuses = await parts.reports.providers(project)
    return QueueAnswer(providers=[ProviderStatusAnswer.of(status) for status in statuses])


@routes.get("/jobs/{job}/tasks", summary="Show a job's tasks", responses=problem_responses(404))
async def list_tasks(project: OperatorProject, job: JobId, parts: Wired) -> JobTasksAnswer:
    """Return a job's tasks at their providers."""
    statuses = await parts.reports.tasks_of_job(project, job)
    if not statuses:
        raise Problem(
            404,
            "Unknown job",
            f"project {project!r} has no tasks for job {job!r}",
            field="job",
            fix="Use the job_id of an event on labeling.jobs",
        )
    return JobTasksAnswer(job_id=job, tasks=[TaskStatusAnswer.of(status) for status in statuses])


def _kept_time(hours: float | None) -> timedelta | None:
    return None if hours is None else timedelta(hours=hours)


def _provider_config(project: str, name: str, body: ProviderIn) -> ProviderConfig:
    if (name == IN_HOUSE) != (body.kind == IN_HOUSE):
        raise Problem(
            422,
            "Reserved name",
            "only the provider named inhouse is of kind inhouse",
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


def _check_address(body: ProviderIn, networks: Networks) -> None:
    """Raise a problem for a forbidden address; names are checked when they are resolved."""
    if body.base_url is not None and networks.forbid_host(body.base_url.host or ""):
        raise Problem(
            422,
            "Private address",
            f"{body.base_url.host} is not a public address",
            field="base_url",
            fix="Use a public address, or have the operator allow the network in SHOAL_VENDOR_NETWORKS",
        )
