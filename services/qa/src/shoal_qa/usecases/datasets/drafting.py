"""Fill the files of a dataset version from the log of labels, as it was at one position."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

import orjson

from shoal.contracts.quality import GuidelinePublished
from shoal.observability.logs import get_logger
from shoal_qa.domain.near_duplicates.samples import Duplicates, ShownSample, SplitDuplicates
from shoal_qa.domain.splits import split_of
from shoal_qa.usecases.datasets.choosing import ChooseLabels, RowFacts
from shoal_qa.usecases.datasets.rows import CURRENT, Row, RowForm, perceptual_hash, row_text
from shoal_qa.usecases.ports import AcceptedLabels
from shoal_qa.usecases.ports.datasets import DatasetDraft

_EXAMPLES = 20  # of near-duplicates in a manifest
_LOGGED = 100_000  # rows
log = get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetRequest:
    """A request for a version.

    splits: shares by name. seed: of the split. majors: of the guideline whose labels are taken; None: all.
    form: of the rows.
    """

    dataset: str
    splits: Mapping[str, float]
    seed: int = 0
    majors: frozenset[int] | None = None
    form: RowForm = CURRENT


def version_terms(project: str, request: DatasetRequest, guideline: GuidelinePublished) -> bytes:
    """Return what a version's name depends on besides its rows; nothing of it is a time."""
    reference = (guideline.guideline.major, guideline.guideline.minor)
    return orjson.dumps([project, request.dataset, dict(request.splits), request.seed, reference])


async def fill_draft(
    labels: AcceptedLabels,
    draft: DatasetDraft,
    request: DatasetRequest,
    guidelines: Sequence[GuidelinePublished],
    *,
    until: int,
    report: Callable[[int], None] | None = None,
) -> dict[str, Any]:
    """Write the rows of a version, a page in memory at a time; return the counts of its manifest.

    guidelines: every version up to the version's own, oldest first. until: last position of the log. report:
    called with the labels that are read so far.
    """
    choice = ChooseLabels(guidelines, request.majors, request.form)
    facts, duplicates, count = RowFacts(), SplitDuplicates(), 0
    async with aclosing(labels.accepted(guidelines[-1].project, until)) as pages:
        async for page in pages:
            rows = [_split_row(row, request) for row in choice.choose(page)]
            facts.add(rows)
            _log_progress(request.dataset, facts.rows, len(rows), until)
            await draft.add(rows)
            count += len(page)
            if report is not None:
                report(count)
            hashes = {stored["sample_id"]: perceptual_hash(stored) for stored in page}
            await asyncio.to_thread(duplicates.add, [_shown_sample(row, hashes) for row in rows])
    resembling = await asyncio.to_thread(duplicates.find, _EXAMPLES)
    return {**facts.counts(), **choice.shares(), "near_duplicates": _duplicate_facts(resembling)}


def _log_progress(dataset: str, rows: int, new: int, until: int) -> None:
    """Log each further hundred thousand rows. new: the last ones. until: labels in the log."""
    if rows // _LOGGED > (rows - new) // _LOGGED:
        log.info("dataset_rows_written", dataset=dataset, rows=rows, labels=until)


def _shown_sample(row: Row, hashes: Mapping[str, str | None]) -> ShownSample:
    sample = row["sample_id"]
    return ShownSample(sample, row["split"], row_text(row), hashes[sample])


def _duplicate_facts(resembling: Duplicates) -> dict[str, Any]:
    """Return the number of samples that resemble one of another split, and examples."""
    examples = [
        {
            "samples": list(pair.samples),
            "splits": list(pair.splits),
            "similarity": round(pair.similarity, 2),
        }
        for pair in resembling.examples
    ]
    return {"samples": resembling.samples, "examples": examples}


def _split_row(row: Row, request: DatasetRequest) -> Row:
    split = split_of(row["group"] or row["sample_id"], request.splits, request.seed)
    return {**row, "split": split}
