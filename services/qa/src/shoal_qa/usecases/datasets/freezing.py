"""Dataset versions: the accepted labels at one time, immutable and named by their content."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson

from shoal.contracts.ids import stable_id
from shoal.contracts.label_schemas import classes_of
from shoal.contracts.labels import GuidelineRef
from shoal.contracts.quality import (
    DatasetFile,
    DatasetPublished,
    GuidelinePublished,
    GuidelineShare,
    LeftOut,
)
from shoal.contracts.topics import DATASETS_PUBLISHED
from shoal.messaging import OutgoingMessage, encode
from shoal.runtime.refusal import Refused
from shoal_qa import metrics
from shoal_qa.domain.splits import check_shares
from shoal_qa.usecases.announce import SOURCE
from shoal_qa.usecases.datasets.drafting import DatasetRequest, fill_draft, version_terms
from shoal_qa.usecases.datasets.files import MANIFEST, version_folder
from shoal_qa.usecases.datasets.losses import describe_loss
from shoal_qa.usecases.ports import AcceptedLabels, DatasetFiles, DatasetRegistry, Turn
from shoal_qa.usecases.ports.datasets import DatasetDraft

Report = Callable[[int, int], None]


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

    async def __call__(
        self, project: str, request: DatasetRequest, report: Report | None = None
    ) -> tuple[dict[str, Any], bool]:
        """Return the manifest and whether it is new. Raises Refused without labels, and for bad requests.

        report: called with (labels read, all labels).
        """
        outcome = "failed"
        try:
            manifest, is_new = await self._freeze(project, request, report)
            outcome = "frozen" if is_new else "unchanged"
        except Refused:
            outcome = "refused"
            raise
        finally:
            metrics.DATASETS.labels(project, outcome).inc()
        return manifest, is_new

    async def _freeze(
        self, project: str, request: DatasetRequest, report: Report | None
    ) -> tuple[dict[str, Any], bool]:
        _check_splits(request)
        until = await self._labels.position(project)
        guidelines = await self._labels.guidelines(project)
        if not guidelines:
            raise _nothing_accepted(project, [])
        _check_majors(request, guidelines)
        read = await self._label_report(project, report)
        async with self._files.draft(version_terms(project, request, guidelines[-1])) as draft:
            facts = await fill_draft(self._labels, draft, request, guidelines, until=until, report=read)
            if not facts["rows"]:
                raise _nothing_accepted(project, facts["left_out"])
            facts["files"] = await draft.finish()
            version = draft.digest()[:16]
            async with self._registry.turn(project, request.dataset) as turn:
                if (manifest := await turn.get(version)) is not None:
                    return manifest, False
                head = _manifest_head(request, guidelines[-1], until)
                manifest = {**head, "version": version, **await _version_place(turn), **facts}
                return await self._publish(turn, manifest, draft), True

    async def _label_report(self, project: str, report: Report | None) -> Callable[[int], None] | None:
        """Return what takes the number of labels read, and adds that of all."""
        if report is None:
            return None
        total = await self._labels.jobs(project)
        return lambda labels: report(labels, total)

    async def _publish(self, turn: Turn, manifest: dict[str, Any], draft: DatasetDraft) -> dict[str, Any]:
        now = self._clock()
        manifest["published_at"] = now.isoformat()
        manifest["uri"] = await write_version(self._files, manifest, draft)
        await add_version(turn, manifest, now)
        return manifest


async def write_version(files: DatasetFiles, manifest: Mapping[str, Any], draft: DatasetDraft) -> str:
    """Write a version's files, equal bytes for an equal version; return the folder's address."""
    plain = {name: value for name, value in manifest.items() if name != "uri"}
    text = orjson.dumps(plain, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS)
    return await files.write(version_folder(manifest), {**draft.paths(), MANIFEST: text})


async def add_version(turn: Turn, manifest: Mapping[str, Any], published_at: datetime) -> None:
    """Store a version and announce it. Raises ValueError for a manifest with wrong fields."""
    event = dataset_event(manifest, published_at)
    await turn.add(event, manifest, dataset_message(event))


def dataset_message(event: DatasetPublished) -> OutgoingMessage:
    """Return the message about a dataset version."""
    event_id = stable_id("dataset.published", event.project, event.dataset, event.version)
    return encode(DATASETS_PUBLISHED, event, event_id=event_id, source=SOURCE, time=event.published_at)


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
        majors=tuple(GuidelineShare(**share) for share in manifest.get("majors", ())),
        left_out=tuple(LeftOut(**loss) for loss in manifest.get("left_out", ())),
    )


async def _version_place(turn: Turn) -> dict[str, Any]:
    latest = await turn.latest()
    return {"number": latest[0] + 1 if latest else 1, "parent": latest[1] if latest else None}


def _check_splits(request: DatasetRequest) -> None:
    try:
        check_shares(request.splits)
    except ValueError as error:
        raise Refused(
            "invalid", f"splits: {error}", field="splits", fix="Send shares that add up to 1"
        ) from error


def _check_majors(request: DatasetRequest, guidelines: Sequence[GuidelinePublished]) -> None:
    majors = sorted({item.guideline.major for item in guidelines})
    unknown = sorted((request.majors or frozenset()) - set(majors))
    if unknown:
        fix = f"Use some of {', '.join(map(str, majors))}, or leave `majors` out to take the labels of all"
        detail = f"majors: the project has no guideline {unknown[0]}"
        raise Refused("invalid", detail, field="majors", fix=fix)


def _nothing_accepted(project: str, left_out: Sequence[Mapping[str, Any]]) -> Refused:
    fix = f"GET /v1/projects/{project}/metrics shows the jobs that are open"
    if not left_out:
        return Refused("conflict", "there is no accepted label", field="project", fix=fix)
    reasons = "; ".join(describe_loss(loss) for loss in left_out[:5])
    detail = f"every accepted label is left out: {reasons}"
    return Refused("conflict", detail, field="majors", fix=f"Take the labels of other majors. {fix}")


def _manifest_head(request: DatasetRequest, guideline: GuidelinePublished, until: int) -> dict[str, Any]:
    schema = guideline.label_schema.model_dump(mode="json", exclude={"classes"})
    names = [item.name for item in classes_of(guideline.label_schema)]
    majors = None if request.majors is None else sorted(request.majors)
    return {
        "project": guideline.project,
        "dataset": request.dataset,
        "guideline": guideline.guideline.model_dump(mode="json"),
        "label_schema": {**schema, "classes": names},
        "seed": request.seed,
        "shares": dict(request.splits),
        "split_order": list(request.splits),
        "requested_majors": majors,
        "has_parts": request.form.parts,
        "has_content": request.form.content,
        "labels_until": until,
    }
