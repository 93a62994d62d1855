"""Dataset versions over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Path, Response

from shoal.contracts.base import NAME_PATTERN
from shoal.http.openapi import problem_responses
from shoal.http.problems import Problem
from shoal.http.projects import OperatorProject
from shoal.inputs import NO_NUL
from shoal_qa.http.parts import Wired
from shoal_qa.http.project_schemas import DatasetIn, DatasetsAnswer, ManifestAnswer
from shoal_qa.usecases.datasets import DatasetRequest

CREATED, OK = 201, 200
DatasetName = Annotated[
    str, Path(max_length=128, pattern=NAME_PATTERN, description="Name of the dataset.", examples=["topics"])
]
Version = Annotated[str, Path(min_length=1, max_length=80, pattern=NO_NUL, description="The version.")]

routes = APIRouter(prefix="/v1/projects/{project}/datasets", tags=["datasets"])


@routes.post(
    "",
    status_code=CREATED,
    summary="Freeze a dataset version",
    responses={
        OK: {"model": ManifestAnswer, "description": "The same version exists already."},
        **problem_responses(404, 409),
    },
)
async def freeze_dataset(
    project: OperatorProject, body: DatasetIn, parts: Wired, response: Response
) -> ManifestAnswer:
    """Freeze the current accepted labels (201); an equal version is returned (200)."""
    manifest, is_new = await parts.freeze_dataset(
        project, DatasetRequest(body.dataset, body.splits, body.seed)
    )
    response.status_code = CREATED if is_new else OK
    return ManifestAnswer(**manifest)


@routes.get("", summary="List dataset versions", responses=problem_responses(404))
async def list_datasets(project: OperatorProject, parts: Wired) -> DatasetsAnswer:
    """Return the manifests of all versions, oldest first."""
    manifests = await parts.datasets.all(project)
    return DatasetsAnswer(datasets=[ManifestAnswer(**manifest) for manifest in manifests])


@routes.get("/{dataset}/{version}", summary="Show a dataset version", responses=problem_responses(404))
async def show_dataset(
    project: OperatorProject, dataset: DatasetName, version: Version, parts: Wired
) -> ManifestAnswer:
    """Return one version's manifest."""
    manifest = await parts.datasets.get(project, dataset, version)
    if manifest is None:
        detail = f"project {project!r} has no version {version!r} of {dataset!r}"
        fix = f"See GET /v1/projects/{project}/datasets"
        raise Problem(404, "Unknown version", detail, field="version", fix=fix)
    return ManifestAnswer(**manifest)
