"""Dataset versions: the accepted labels at one time, immutable and named by their content."""

import hashlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from shoal.contracts.ids import stable_id
from shoal.contracts.labels import GuidelineRef
from shoal.contracts.quality import DatasetFile, DatasetPublished
from shoal.contracts.topics import DATASETS_PUBLISHED
from shoal.messaging import OutgoingMessage, encode
from shoal.runtime.refusal import Refused
from shoal_qa import metrics
from shoal_qa.domain.splits import check_shares, split_of
from shoal_qa.usecases.announce import SOURCE
from shoal_qa.usecases.dataset_files import MANIFEST, version_folder
from shoal_qa.usecases.ports import AcceptedLabels, DatasetFiles, DatasetRegistry, Turn
from shoal_qa.usecases.ports.datasets import Row


@dataclass(frozen=True, slots=True)
class DatasetRequest:
    """A request for a version. splits: shares by name. seed: of the split."""

    dataset: str
    splits: Mapping[str, float]
    seed: int = 0


class FreezeDataset:
    """Freezes accepted labels. The same labels and splits always give the same version."""

    def __init__(
        self,
        labels: AcceptedLabels,
        files: DatasetFiles,
        registry: DatasetRegistry,
        clock: Callable[[], datetime],
    ) -> None:
        self._labels = labels
        self._files = files
        self._registry = registry
        self._clock = clock

    async def __call__(self, project: str, request: DatasetRequest) -> tuple[dict[str, Any], bool]:
        """Return the manifest and whether it is new. Raises Refused without labels, and for bad shares."""
        outcome = "failed"
        try:
            manifest, is_new = await self._freeze(project, request)
            outcome = "frozen" if is_new else "unchanged"
        except Refused:
            outcome = "refused"
            raise
        finally:
            metrics.DATASETS.labels(project, outcome).inc()
        return manifest, is_new

    async def _freeze(self, project: str, request: DatasetRequest) -> tuple[dict[str, Any], bool]:
        try:
            check_shares(request.splits)
        except ValueError as error:
            raise Refused(
                "invalid", f"splits: {error}", field="splits", fix="Send shares that add up to 1"
            ) from error
        guideline, rows = await self._labels.accepted(project)
        if guideline is None or not rows:
            raise Refused(
                "conflict",
                "there is no accepted label under the current guideline",
                field="project",
                fix=f"GET /v1/projects/{project}/metrics shows the jobs that are open",
            )
        for row in rows:
            row["split"] = split_of(row["group"] or row["sample_id"], request.splits, request.seed)
        content = {"data.jsonl": _write_jsonl(rows), "data.parquet": self._files.parquet(rows)}
        version = _version_name(project, request, guideline, content["data.jsonl"])
        async with self._registry.turn(project, request.dataset) as turn:
            manifest = await turn.get(version)
            if manifest is not None:
                return manifest, False
            return await self._publish(
                turn,
                project,
                request=request,
                guideline=guideline,
                rows=rows,
                content=content,
                version=version,
            ), True

    async def _publish(
        self,
        turn: Turn,
        project: str,
        *,
        request: DatasetRequest,
        guideline: tuple[int, int],
        rows: Sequence[Row],
        content: dict[str, bytes],
        version: str,
    ) -> dict[str, Any]:
        latest, now = await turn.latest(), self._clock()
        files = [
            {"path": name, "sha256": _sha256_hex(data), "bytes": len(data), "rows": len(rows)}
            for name, data in content.items()
        ]
        manifest: dict[str, Any] = {
            "project": project,
            "dataset": request.dataset,
            "version": version,
            "number": latest[0] + 1 if latest else 1,
            "parent": latest[1] if latest else None,
            "guideline": {"major": guideline[0], "minor": guideline[1]},
            "seed": request.seed,
            "shares": dict(request.splits),
            "rows": len(rows),
            "splits": dict(sorted(Counter(row["split"] for row in rows).items())),
            "classes": dict(sorted(Counter(name for row in rows for name in _row_classes(row)).items())),
            "campaigns": dict(sorted(Counter(_campaign_of(row) for row in rows).items())),
            "files": files,
            "published_at": now.isoformat(),
        }
        manifest["uri"] = await self._files.write(
            version_folder(manifest),
            {**content, MANIFEST: orjson.dumps(manifest, option=orjson.OPT_INDENT_2)},
        )
        await add_version(turn, manifest, now)
        return manifest


async def add_version(turn: Turn, manifest: Mapping[str, Any], published_at: datetime) -> None:
    """Store a version and announce it. Raises ValueError for a manifest with wrong fields."""
    event = dataset_event(manifest, published_at)
    await turn.add(event, manifest, dataset_message(event))


def dataset_message(event: DatasetPublished) -> OutgoingMessage:
    """Return the message about a dataset version."""
    event_id = stable_id("dataset.published", event.project, event.dataset, event.version)
    return encode(DATASETS_PUBLISHED, event, event_id=event_id, source=SOURCE, time=event.published_at)


def _campaign_of(row: Row) -> str:
    """Return the campaign's name, or its id if the job is older than the names."""
    return str(row["campaign"] or row["campaign_id"] or "none")


def dataset_event(manifest: Mapping[str, Any], now: datetime) -> DatasetPublished:
    """Return the event of a manifest. Raises ValueError for a manifest with wrong fields."""
    return DatasetPublished(
        project=manifest["project"],
        dataset=manifest["dataset"],
        version=manifest["version"],
        number=manifest["number"],
        uri=manifest["uri"],
        files=tuple(DatasetFile(**file) for file in manifest["files"]),
        rows=manifest["rows"],
        splits=manifest["splits"],
        classes=manifest["classes"],
        guideline=GuidelineRef(**manifest["guideline"]),
        parent=manifest["parent"],
        published_at=now,
    )


def _row_classes(row: Row) -> list[str]:
    """Return the classes of a row's answer, one of each object; none of numbers, texts and candidates."""
    if row["label"] is not None:
        return [row["label"]]
    answer = row["answer"]
    shapes = answer.get(answer["kind"]) if answer["kind"] in ("boxes", "polygons", "spans") else ()
    return [*answer.get("labels", ()), *(shape["label"] for shape in shapes)]


def _write_jsonl(rows: Sequence[Row]) -> bytes:
    return b"".join(
        orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE | orjson.OPT_SORT_KEYS) for row in rows
    )


def _version_name(project: str, request: DatasetRequest, guideline: tuple[int, int], jsonl: bytes) -> str:
    """Return a version's name: a hash of its content and splits, independent of time."""
    terms = orjson.dumps([project, request.dataset, dict(request.splits), request.seed, guideline])
    return hashlib.sha256(terms + b"\n" + jsonl).hexdigest()[:16]


def _sha256_hex(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
