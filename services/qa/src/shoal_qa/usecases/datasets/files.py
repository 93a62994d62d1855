"""The stored files of dataset versions."""

import hashlib
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shoal.runtime.refusal import Refused
from shoal_qa.usecases.ports import DatasetFiles, DatasetRegistry

LATEST = "latest"
MANIFEST = "manifest.json"
_SHOWN = 5  # versions in the fix of a problem


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFile:
    """A file of a version, unread. size: in bytes. sha256: of the content, in hexadecimal digits."""

    files: DatasetFiles
    folder: str
    name: str
    size: int
    sha256: str

    def read(self, start: int, stop: int) -> AsyncIterator[bytes]:
        """Return the bytes from `start` to before `stop`, in parts."""
        return self.files.read(self.folder, self.name, start, stop)


class FindVersion:
    """Finds a dataset version by its name or number, or the newest one as `latest`."""

    def __init__(self, registry: DatasetRegistry) -> None:
        self._registry = registry

    async def __call__(self, project: str, dataset: str, version: str) -> dict[str, Any]:
        """Return the manifest. Raises Refused."""
        manifest = await self._registry.get(project, dataset, version)
        if manifest is not None:
            return manifest
        manifests = await self._registry.all(project)
        for item in manifests:
            if (item["dataset"], str(item["number"])) == (dataset, version):
                return item
        raise _unknown_version(project, dataset, version, manifests)


class OpenDatasetFile:
    """Opens files of dataset versions: those that the manifest lists, and the manifest itself."""

    def __init__(self, find_version: FindVersion, files: DatasetFiles) -> None:
        self._find_version = find_version
        self._files = files

    async def __call__(self, project: str, dataset: str, version: str, name: str) -> StoredFile:
        """Return a file. Raises Refused if the version has no such file, or its storage lost it."""
        manifest = await self._find_version(project, dataset, version)
        entries = {entry["path"]: entry for entry in manifest["files"]}
        if name not in entries and name != MANIFEST:
            raise Refused(
                "unknown",
                f"version {manifest['version']} of {dataset!r} has no file {name!r}",
                field="file",
                fix=f"Use one of {', '.join([*entries, MANIFEST])}",
                title="Unknown file",
            )
        folder = version_folder(manifest)
        size = await self._files.size(folder, name)
        if size is None or (name in entries and size != entries[name]["bytes"]):
            raise self._lost(folder, name, size)
        sha256 = entries[name]["sha256"] if name in entries else await self._hash(folder, name, size)
        return StoredFile(files=self._files, folder=folder, name=name, size=size, sha256=sha256)

    async def _hash(self, folder: str, name: str, size: int) -> str:
        digest = hashlib.sha256()
        async for part in self._files.read(folder, name, 0, size):
            digest.update(part)
        return digest.hexdigest()

    def _lost(self, folder: str, name: str, size: int | None) -> Refused:
        address = f"{self._files.address(folder)}/{name}"
        lost = (
            f"{address} is missing"
            if size is None
            else f"{address} has {size} bytes, not its size when frozen"
        )
        return Refused(
            "gone",
            lost,
            field="file",
            fix="Restore the file from a backup, or write it again with POST .../rebuild",
            title="File lost",
        )


def version_folder(manifest: Mapping[str, Any]) -> str:
    """Return the folder of a version below the root of all datasets."""
    return f"{manifest['project']}/{manifest['dataset']}/{manifest['version']}"


def _unknown_version(
    project: str, dataset: str, version: str, manifests: Sequence[Mapping[str, Any]]
) -> Refused:
    versions = [manifest["version"] for manifest in manifests if manifest["dataset"] == dataset]
    if versions:
        newest = ", ".join(reversed(versions[-_SHOWN:]))
        detail = f"project {project!r} has no version {version!r} of {dataset!r}"
        fix = f"Use {LATEST}, or one of {newest}"
    else:
        detail = f"project {project!r} has no dataset {dataset!r}"
        names = sorted({manifest["dataset"] for manifest in manifests})[:_SHOWN]
        fix = (
            f"Use one of {', '.join(names)}"
            if names
            else f"Freeze one with POST /v1/projects/{project}/datasets"
        )
    field = "version" if versions else "dataset"
    return Refused("unknown", detail, field=field, fix=fix, title=f"Unknown {field}")
