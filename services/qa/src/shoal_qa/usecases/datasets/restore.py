"""Registers the dataset versions whose files outlived the database."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson

from shoal.observability.logs import get_logger
from shoal_qa.usecases.datasets.files import MANIFEST, version_folder
from shoal_qa.usecases.datasets.freezing import add_version
from shoal_qa.usecases.ports import DatasetFiles, DatasetRegistry

FIELDS = {"guideline", "seed", "shares", "rows", "splits", "classes", "campaigns", "files", "parent"}
log = get_logger(__name__)


class RestoreVersions:
    """Registers stored versions that the registry lacks, and announces them. Other folders are left alone."""

    def __init__(self, files: DatasetFiles, registry: DatasetRegistry) -> None:
        self._files = files
        self._registry = registry

    async def __call__(self) -> int:
        """Register versions in the order of publication; return their number."""
        manifests = []
        for folder in await self._files.folders():
            try:
                manifests.append(await self._read(folder))
            except (ValueError, LookupError, TypeError, OSError) as error:
                log.warning("dataset_not_restored", folder=folder, error=repr(error))
        manifests.sort(key=lambda manifest: (manifest["published_at"], manifest["number"]))
        return sum([await self._restore(manifest) for manifest in manifests])

    async def _read(self, folder: str) -> dict[str, Any]:
        """Return the manifest of a folder. Raises ValueError or LookupError for other content."""
        size = await self._files.size(folder, MANIFEST) or 0
        parts = [part async for part in self._files.read(folder, MANIFEST, 0, size)]
        manifest = dict(orjson.loads(b"".join(parts)))
        if version_folder(manifest) != folder:
            raise ValueError(f"the manifest is of {version_folder(manifest)}")
        if missing := FIELDS - manifest.keys():
            raise ValueError(f"the manifest has no {', '.join(sorted(missing))}")
        datetime.fromisoformat(manifest["published_at"])
        return manifest | {"number": int(manifest["number"]), "uri": self._files.address(folder)}

    async def _restore(self, manifest: Mapping[str, Any]) -> bool:
        """Register one version under its number, or the next one if that is taken."""
        async with self._registry.turn(manifest["project"], manifest["dataset"]) as turn:
            if await turn.get(manifest["version"]) is not None:
                return False
            latest = await turn.latest()
            number = max(manifest["number"], latest[0] + 1 if latest else 1)
            published_at = datetime.fromisoformat(manifest["published_at"])
            try:
                await add_version(turn, {**manifest, "number": number}, published_at)
            except (ValueError, LookupError, TypeError) as error:
                log.warning("dataset_not_restored", folder=version_folder(manifest), error=repr(error))
                return False
        log.info("dataset_restored", folder=version_folder(manifest))
        return True
