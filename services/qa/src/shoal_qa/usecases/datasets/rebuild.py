"""Rebuild the files of a dataset version from the log of labels, bit for bit."""

from collections.abc import Mapping
from typing import Any

from shoal.runtime.refusal import Refused
from shoal_qa.usecases.datasets.drafting import DatasetRequest, fill_draft, version_terms
from shoal_qa.usecases.datasets.files import FindVersion
from shoal_qa.usecases.datasets.freezing import write_version
from shoal_qa.usecases.datasets.rows import RowForm
from shoal_qa.usecases.ports import AcceptedLabels, DatasetFiles


class RebuildVersion:
    """Writes lost or damaged files of a version again."""

    def __init__(self, find_version: FindVersion, labels: AcceptedLabels, files: DatasetFiles) -> None:
        self._find_version = find_version
        self._labels = labels
        self._files = files

    async def __call__(self, project: str, dataset: str, version: str) -> dict[str, Any]:
        """Write the files and return the manifest. Raises Refused if the log gives other rows."""
        manifest = await self._find_version(project, dataset, version)
        until = manifest.get("labels_until")
        if until is None:
            raise _cannot_rebuild(
                manifest, "it was frozen by an earlier release, which kept no position of the log"
            )
        reference = (manifest["guideline"]["major"], manifest["guideline"]["minor"])
        guidelines = [
            item
            for item in await self._labels.guidelines(project)
            if (item.guideline.major, item.guideline.minor) <= reference
        ]
        request = _request_of(manifest)
        async with self._files.draft(version_terms(project, request, guidelines[-1])) as draft:
            await fill_draft(self._labels, draft, request, guidelines, until=until)
            files = await draft.finish()
            if draft.digest()[:16] != manifest["version"]:
                raise _cannot_rebuild(
                    manifest, "samples of it were erased, or their records changed, since then"
                )
            if files != manifest["files"]:
                raise _cannot_rebuild(manifest, "this release writes other bytes for the same rows")
            await write_version(self._files, manifest, draft)
        return manifest


def _request_of(manifest: Mapping[str, Any]) -> DatasetRequest:
    majors = manifest["requested_majors"]
    shares = {name: manifest["shares"][name] for name in manifest["split_order"]}
    return DatasetRequest(
        dataset=manifest["dataset"],
        splits=shares,
        seed=manifest["seed"],
        majors=None if majors is None else frozenset(majors),
        form=RowForm(parts=manifest.get("has_parts", False), content=manifest.get("has_content", False)),
    )


def _cannot_rebuild(manifest: Mapping[str, Any], reason: str) -> Refused:
    return Refused(
        "conflict",
        f"version {manifest['version']} cannot be rebuilt: {reason}",
        field="version",
        fix="Restore its files from a backup, or freeze a new version",
    )
