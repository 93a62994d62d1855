"""Dataset versions over HTTP."""

from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Request, Response
from fastapi.responses import StreamingResponse

from shoal.contracts.base import NAME_PATTERN, NO_NUL
from shoal.http.openapi import problem_responses
from shoal.http.projects import OperatorProject
from shoal_qa.http.dataset_schemas import DatasetIn, DatasetsAnswer, ManifestAnswer
from shoal_qa.http.freezing import LINES, progress_lines, wants_lines
from shoal_qa.http.parts import Wired
from shoal_qa.http.ranges import MEDIA_TYPES, FileHeaders, file_response
from shoal_qa.usecases.datasets.drafting import DatasetRequest
from shoal_qa.usecases.datasets.freezing import Report

CREATED, OK = 201, 200
DatasetName = Annotated[
    str, Path(max_length=128, pattern=NAME_PATTERN, description="Name of the dataset.", examples=["topics"])
]
Version = Annotated[
    str,
    Path(min_length=1, max_length=80, pattern=NO_NUL, description="The version or its number, or `latest`."),
]
FileName = Annotated[
    str,
    Path(
        min_length=1,
        max_length=200,
        pattern=NO_NUL,
        description="Name of the file in the manifest, or `manifest.json`.",
        examples=["data.parquet"],
    ),
]
_CONTENT = {kind: {"schema": {"type": "string", "format": "binary"}} for kind in MEDIA_TYPES.values()}
_CONTENT["application/json"] = {"schema": {}}
_PROGRESS = '{"labels": 2000, "total": 96000}\n{"manifest": {}}\n'

routes = APIRouter(prefix="/v1/projects/{project}/datasets", tags=["datasets"])


@routes.post(
    "",
    status_code=CREATED,
    response_model=ManifestAnswer,
    summary="Freeze a dataset version",
    responses={
        OK: {
            "model": ManifestAnswer,
            "description": "The same version exists already; or lines of progress.",
            "content": {LINES: {"schema": {"type": "string"}, "example": _PROGRESS}},
        },
        **problem_responses(404, 409),
    },
)
async def freeze_dataset(
    *, project: OperatorProject, body: DatasetIn, parts: Wired, request: Request, response: Response
) -> ManifestAnswer | StreamingResponse:
    """Freeze the current accepted labels (201); an equal version is returned (200).

    Labels of earlier guidelines count as the later ones say. `left_out` counts those that do not, by reason.

    Accept `application/x-ndjson` to see progress: 200, a line with `labels` (read so far) and `total` every
    second, and a last one with `manifest`, or with `problem`.
    """
    majors = None if body.majors is None else frozenset(body.majors)
    wish = DatasetRequest(dataset=body.dataset, splits=body.splits, seed=body.seed, majors=majors)
    if wants_lines(request):

        async def freeze(report: Report) -> dict[str, Any]:
            manifest, _ = await parts.freeze_dataset(project, wish, report)
            return ManifestAnswer(**manifest).model_dump(mode="json")

        return StreamingResponse(progress_lines(request, freeze), OK, media_type=LINES)
    manifest, is_new = await parts.freeze_dataset(project, wish)
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
    """Return one version's manifest, by its name or number; `latest` is the newest version."""
    return ManifestAnswer(**await parts.find_version(project, dataset, version))


@routes.post(
    "/{dataset}/{version}/rebuild", summary="Rebuild a dataset version", responses=problem_responses(404, 409)
)
async def rebuild_dataset(
    project: OperatorProject, dataset: DatasetName, version: Version, parts: Wired
) -> ManifestAnswer:
    """Write the files of a version again from the log of labels, the same bytes; return its manifest.

    It is refused (409) if samples of the version were erased.
    """
    return ManifestAnswer(**await parts.rebuild_version(project, dataset, version))


@routes.head("/{dataset}/{version}/files/{file}", include_in_schema=False)
@routes.get(
    "/{dataset}/{version}/files/{file}",
    summary="Download a file of a dataset version",
    response_class=StreamingResponse,
    responses={
        OK: {"description": "The file; its ETag is the SHA-256 of the content.", "content": _CONTENT},
        206: {"description": "The requested range of the file.", "content": _CONTENT},
        304: {"description": "The caller has the file already, by its ETag."},
        **problem_responses(404, 410, 416),
    },
)
async def download_file(
    *,
    project: OperatorProject,
    dataset: DatasetName,
    version: Version,
    file: FileName,
    parts: Wired,
    request: Request,
    headers: Annotated[FileHeaders, Header()],
) -> Response:
    """Return a file that the manifest lists, or `manifest.json`, as a stream. One range can be requested."""
    stored_file = await parts.open_file(project, dataset, version, file)
    return file_response(stored_file, headers, has_body=request.method != "HEAD")
