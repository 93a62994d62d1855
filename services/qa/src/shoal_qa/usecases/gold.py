"""Gold items: samples with a right answer, mixed into the work to measure annotators."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from shoal.answers import answer_problem, describe_answer, stored_label
from shoal.contracts.answers import Answer
from shoal.contracts.ids import job_id, stable_id
from shoal.contracts.label_schemas import LabelSchema
from shoal.contracts.labels import GuidelineRef, LabelingJob
from shoal.contracts.quality import GuidelinePublished
from shoal.contracts.samples import Content
from shoal.contracts.topics import LABELING_JOBS
from shoal.messaging import OutgoingMessage, encode
from shoal.runtime.refusal import Caution, Refused
from shoal.samples import DEFAULT_SOURCE, SampleFields, reference_field, reference_text, referred_sample
from shoal_qa.usecases.announce import SOURCE
from shoal_qa.usecases.ports import Database, Guidelines, Transaction


@dataclass(frozen=True, slots=True)
class GoldItem:
    """A content and its right answer.

    sample: fields that name a sample of the stream, or name none. field: what holds the answer in the
    request, `label` or `answer`.
    """

    content: Content
    answer: Answer
    sample: SampleFields
    field: str = "answer"

    @property
    def label(self) -> str:
        """Return the answer as the `label` columns hold it."""
        return stored_label(self.answer) or ""


@dataclass(frozen=True, slots=True)
class GoldAdded:
    """The number of new or changed items, and warnings about samples that are not in the stream."""

    new: int
    cautions: Sequence[Caution]


class AddGold:
    """Stores gold items and requests votes on them, in one transaction."""

    def __init__(self, database: Database, guidelines: Guidelines, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._guidelines = guidelines
        self._clock = clock

    async def __call__(self, project: str, items: Sequence[GoldItem], votes: int) -> GoldAdded:
        """Add items with `votes` votes each. Raises Refused for a label or sample that cannot be right."""
        guidelines = await self._guidelines.all(project)
        if not guidelines:
            fix = f"Publish one with POST /v1/projects/{project}/guidelines"
            raise Refused("conflict", "the project has no guideline yet", field="project", fix=fix)
        guideline, now = guidelines[-1], self._clock()
        _check_fit(items, guideline.label_schema)
        named = [referred_sample(project, item.sample, f"items[{index}]") for index, item in enumerate(items)]
        samples = [sample or _text_id(project, item) for sample, item in zip(named, items, strict=True)]
        _check_answers(items, samples)
        async with self._database.transaction() as tx:
            cautions = await _check_samples(tx, project, items, named)
            stored = await tx.gold.job_ids(project, guideline.guideline.major, samples)
            jobs = [
                _gold_job(item, sample, stored.get(sample), guideline=guideline, votes=votes, now=now)
                for item, sample in zip(items, samples, strict=True)
            ]
            rows = [
                (job.sample_id, item.label, job.job_id, item.answer.model_dump(mode="json"))
                for job, item in zip(jobs, items, strict=True)
            ]
            new = await tx.gold.add(project, rows, now)
            await tx.outbox.publish_checked([_job_message(job) for job in jobs])
        return GoldAdded(new, cautions)


async def _check_samples(
    tx: Transaction, project: str, items: Sequence[GoldItem], samples: Sequence[str | None]
) -> list[Caution]:
    """Return warnings about samples that are not in the stream so far. Raises Refused for an erased one."""
    ids = {sample for sample in samples if sample is not None}
    erased = await tx.samples.erased_among(project, ids)
    present = await tx.samples.ids_among(project, ids)
    cautions = []
    for index, (item, sample) in enumerate(zip(items, samples, strict=True)):
        if sample is None or sample in present - erased or sample == _text_id(project, item):
            continue
        field = reference_field(item.sample, f"items[{index}]")
        if sample in erased:
            detail = f"{field}: {reference_text(item.sample)} was erased"
            raise Refused("invalid", detail, field=field, fix="Leave the item out, or give its text alone")
        cautions.append(
            Caution(
                f"{field}: {reference_text(item.sample)} is not a sample that the sampler has decided on",
                field,
                "Check project, source and source_id, or leave them out if the text is not in the stream; a "
                "sample that was sent a moment ago is decided on when its window closes",
            )
        )
    return cautions


def _check_answers(items: Sequence[GoldItem], samples: Sequence[str]) -> None:
    """Raise Refused if two items give one sample, or one text, different answers."""
    first_of: dict[str, int] = {}
    for index, (item, sample) in enumerate(zip(items, samples, strict=True)):
        first = first_of.setdefault(sample, index)
        if items[first].label != item.label:
            other, own = describe_answer(items[first].answer), describe_answer(item.answer)
            field = f"items[{index}].{item.field}"
            detail = f"{field}: {own!r}, but items[{first}] has {other!r} for the same sample"
            raise Refused("invalid", detail, field=field, fix="Give every sample one right answer")


def _check_fit(items: Sequence[GoldItem], schema: LabelSchema) -> None:
    """Raise Refused if an answer does not fit the label schema or its content, or is a skip."""
    for index, item in enumerate(items):
        problem = answer_problem(schema, item.answer, item.content)
        if problem is not None:
            field = f"items[{index}].{answer_path(problem.field, item.field)}"
            raise Refused("invalid", f"{field}: {problem.detail}", field=field, fix=problem.fix)
        if item.answer.kind == "skip":
            field = f"items[{index}].answer.kind"
            fix = "Send the right answer, or leave the item out"
            raise Refused("invalid", f"{field}: a gold item needs an answer", field=field, fix=fix)


def answer_path(path: str, field: str) -> str:
    """Return the path of a problem in a request whose `field` holds the answer: single classes may be sent as
    `label`."""
    return field if field == "label" and path.startswith("answer") else path


def _text_id(project: str, item: GoldItem) -> str:
    """Return the id of an item that is not in the stream."""
    content = item.content
    text = content.text if content.kind == "text" else content.model_dump_json(exclude_none=True)
    return stable_id("gold", project, text)


def _gold_job(
    item: GoldItem,
    sample: str,
    stored_id: str | None,
    *,
    guideline: GuidelinePublished,
    votes: int,
    now: datetime,
) -> LabelingJob:
    """Return the job of an item. stored_id: of its stored job, which an earlier release may have derived."""
    project, major = guideline.project, guideline.guideline.major
    source = item.sample.source or DEFAULT_SOURCE
    return LabelingJob(
        project=project,
        job_id=stored_id or job_id(project, sample, major, "gold"),
        sample_id=sample,
        purpose="gold",
        guideline=GuidelineRef(major=major, minor=guideline.guideline.minor),
        content=item.content,
        source=source if item.sample.source_id else None,
        source_id=item.sample.source_id,
        votes=votes,
        max_votes=votes,
        requested_at=now,
    )


def _job_message(job: LabelingJob) -> OutgoingMessage:
    event_id = stable_id("labeling.job", job.job_id)
    return encode(LABELING_JOBS, job, event_id=event_id, source=SOURCE, time=job.requested_at)
