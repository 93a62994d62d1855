"""Export a version beside its files, for training systems that read the same storage."""

from collections.abc import Mapping
from typing import Any, Protocol

from shoal.runtime.refusal import Refused
from shoal_qa.usecases.datasets.exports import check_format, find_schema
from shoal_qa.usecases.datasets.files import FindVersion, version_folder

_WITH_IMAGES = ("boxes", "polygons")


class VersionExports(Protocol):
    """The exports of versions in the storage of datasets."""

    async def report(self, folder: str, name: str) -> dict[str, Any] | None:
        """Return the report of a complete export; None if there is none."""

    async def write(self, folder: str, name: str) -> dict[str, Any]:
        """Write an export of a version's folder; return its report. Raises FileNotFoundError."""

    def address(self, folder: str, name: str) -> str:
        """Return the address of an export."""


class ExportVersion:
    """Writes a version in a format, once."""

    def __init__(self, find_version: FindVersion, exports: VersionExports) -> None:
        self._find_version = find_version
        self._exports = exports

    async def __call__(
        self, project: str, dataset: str, version: str, name: str
    ) -> tuple[dict[str, Any], bool]:
        """Return the report of an export with its address, and whether it is new. Raises Refused."""
        manifest = await self._find_version(project, dataset, version)
        _check_kind(manifest, name)
        folder = version_folder(manifest)
        report = await self._exports.report(folder, name)
        is_new = report is None
        if report is None:
            report = await self._exports.write(folder, name)
        return {**report, "uri": self._exports.address(folder, name)}, is_new


def _check_kind(manifest: Mapping[str, Any], name: str) -> None:
    """Raise Refused if the format cannot hold the version's answers, or needs images."""
    if manifest.get("label_schema") is None:
        return  # of an earlier release: the rows tell
    kind = find_schema(manifest, None)["kind"]
    check_format(name, kind)
    if name == "webdataset" and kind in _WITH_IMAGES:
        raise Refused(
            "invalid",
            "format: the shards hold images, and qa does not read the media store",
            field="format",
            fix="Write them with `shoal qa export`, which copies images with --media",
        )
