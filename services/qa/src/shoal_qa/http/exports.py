"""Exports of dataset versions over HTTP."""

from typing import Any, Literal

from fastapi import APIRouter, Response
from pydantic import Field

from shoal.contracts.base import Name
from shoal.http.openapi import problem_responses
from shoal.http.projects import OperatorProject
from shoal.http.schemas import Answer
from shoal.inputs import Strict, with_examples
from shoal_qa.http.datasets import DatasetName, Version
from shoal_qa.http.parts import Wired

CREATED, OK = 201, 200
Format = Literal[
    "jsonl", "parquet", "csv", "huggingface", "croissant", "webdataset", "label-studio", "coco", "yolo",
    "conll", "spacy", "preferences",
]  # fmt: skip
_EXPORT: dict[str, Any] = {
    "format": "csv",
    "project": "newsdesk",
    "dataset": "topics",
    "version": "9f86d081884c7d65",
    "rows": 96,
    "left_out": [],
    "files": [{"path": "train.csv", "sha256": "9f86d081" * 8, "bytes": 20480, "rows": 77}],
    "uri": "datasets/newsdesk/topics/9f86d081884c7d65/exports/csv",
}

routes = APIRouter(prefix="/v1/projects/{project}/datasets", tags=["datasets"])


class ExportIn(Strict):
    """A format to write."""

    model_config = with_examples({"format": "csv"})

    format: Format = Field(description="Format of the files.")


class LostRows(Answer):
    """Rows that a format cannot hold."""

    reason: str = Field(
        description="For example `tie`, `overlapping_spans` or `no_image`; the list may grow."
    )
    rows: int


class ExportFile(Answer):
    """A file; or a folder, with the number and size of its files, if there is one for each row."""

    path: str
    bytes: int
    sha256: str | None = None
    rows: int | None = None
    files: int | None = Field(default=None, description="Number of files of a folder.")


class ExportAnswer(Answer):
    """The files of an export, as its export.json names them."""

    model_config = with_examples(_EXPORT)

    format: str
    project: Name
    dataset: Name
    version: str
    rows: int = Field(description="Rows of the version that the files hold.")
    left_out: list[LostRows]
    files: list[ExportFile]
    uri: str = Field(description="Folder of the files, below that of the version.")


@routes.post(
    "/{dataset}/{version}/exports",
    status_code=CREATED,
    summary="Export a dataset version",
    responses={
        OK: {"model": ExportAnswer, "description": "The export exists already."},
        **problem_responses(404, 410),
    },
)
async def export_dataset(
    *,
    project: OperatorProject,
    dataset: DatasetName,
    version: Version,
    body: ExportIn,
    parts: Wired,
    response: Response,
) -> ExportAnswer:
    """Write a version in another format beside its files (201); an export that exists is returned (200).

    The request ends when the files are complete: a million rows take minutes, in the memory of a few
    thousand. Images stay in the media store; `shoal qa export --media` copies them.
    """
    report, is_new = await parts.export_dataset(project, dataset, version, body.format)
    response.status_code = CREATED if is_new else OK
    return ExportAnswer(**report)
