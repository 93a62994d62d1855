"""Translation between contracts and domain; nothing else imports both vocabularies."""

from pydantic import ValidationError

from shoal.contracts.answers import Answer, SkipAnswer
from shoal.contracts.labels import AnnotationSubmitted, GuidelineRef, LabelingJob, VotesRequested
from shoal.contracts.quality import GuidelinePublished
from shoal.contracts.samples import Content, Prediction
from shoal.inputs import field_of, fix_of, message_of
from shoal.observability.campaigns import campaign_label
from shoal_gateway.domain.annotations import Annotation
from shoal_gateway.domain.disputes import Grounds
from shoal_gateway.domain.guidelines import Guideline
from shoal_gateway.domain.jobs import Job, Task
from shoal_gateway.domain.label_schema import CLASS, AnswerProblem
from shoal_gateway.domain.tasks import Datum, Guess, Lane
from shoal_gateway.domain.votes import Demand, Request
from shoal_gateway.usecases.label_types import StoredSchema, read_answer, stored_label

_PLAIN_CONTENT = {"text", "uri", "sha256", "media_type", "kind"}
_PLAIN_PREDICTION = {"label", "model", "version", "latency_ms", "endpoint"}


def to_job(event: LabelingJob, provider: str) -> Job:
    """Return the job that an event describes, routed to `provider`."""
    return Job(
        job_id=event.job_id,
        project=event.project,
        sample_id=event.sample_id,
        purpose=event.purpose,
        guideline_major=event.guideline.major,
        guideline_minor=event.guideline.minor,
        provider=provider,
        datum=to_datum(event.content),
        guess=to_guess(event.prediction),
        priority=event.priority,
        demand=Demand(min(event.votes, event.max_votes), event.max_votes),
        campaign=campaign_label(event.campaign, event.purpose),
    )


def to_datum(content: Content) -> Datum:
    """Return the content to label."""
    more = content.model_dump(mode="json", exclude_none=True, exclude=_PLAIN_CONTENT)
    return Datum(
        text=content.text, uri=content.uri, sha256=content.sha256, media_type=content.media_type, more=more
    )


def to_guess(prediction: Prediction | None) -> Guess | None:
    """Return the guess to show annotators; None if the prediction names no label and no other answer.

    Which label scores stand for is the model's to say: the highest may be below its threshold, or a rank.
    """
    if prediction is None:
        return None
    label = prediction.label or None
    more = prediction.model_dump(
        mode="json", exclude_none=True, exclude_defaults=True, exclude=_PLAIN_PREDICTION
    )
    if label is None and not more.keys() - {"scores"}:
        return None
    score = prediction.scores.get(label) if label else None
    return Guess(label=label, score=score, model=prediction.model, version=prediction.version, more=more)


def to_request(event: VotesRequested) -> Request:
    """Return qa's request."""
    is_review = event.action == "review"
    grounds = Grounds(event.reason, event.posterior, event.skills) if is_review else None
    return Request(event.action, event.votes, event.round, grounds)


def to_guideline(event: GuidelinePublished) -> Guideline:
    """Return the guideline that an event announces."""
    return Guideline(
        project=event.project,
        major=event.guideline.major,
        minor=event.guideline.minor,
        title=event.title,
        text=event.text,
        schema=StoredSchema(event.label_schema),
        prelabels=event.prelabels,
    )


def to_event(annotation: Annotation, task: Task, job: Job, price: float) -> AnnotationSubmitted:
    """Return the event that announces one revision; an answer in the review lane is a review."""
    return AnnotationSubmitted(
        project=job.project,
        job_id=job.job_id,
        sample_id=job.sample_id,
        task_id=task.external_id,
        provider=task.provider,
        annotator=annotation.annotator,
        annotation_id=annotation.annotation_id,
        revision=annotation.revision,
        action=annotation.action,
        answer=_answer_of(annotation),
        purpose="review" if task.lane is Lane.REVIEW else job.purpose,
        guideline=GuidelineRef(major=job.guideline_major, minor=job.guideline_minor),
        duration_s=annotation.duration_s,
        price=price,
        submitted_at=annotation.submitted_at,
    )


def to_annotation(event: AnnotationSubmitted) -> Annotation:
    """Return the revision that an event announced."""
    answer = event.answer
    skip = answer if isinstance(answer, SkipAnswer) else SkipAnswer()
    label, kind = (None, CLASS) if answer is None or answer is skip else stored_label(answer)
    return Annotation(
        external_id=event.task_id,
        annotation_id=event.annotation_id,
        revision=event.revision,
        action=event.action,
        annotator=event.annotator,
        label=label,
        reason=skip.reason,
        submitted_at=event.submitted_at,
        duration_s=event.duration_s,
        price=event.price,
        code=skip.code,
        kind=kind,
    )


def event_problem(annotation: Annotation, task: Task, job: Job) -> AnswerProblem | None:
    """Return why no event can hold an annotation, or None; later stores hold what the contract allows."""
    try:
        to_event(annotation, task, job, annotation.price or 0.0)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        field = field_of(first["loc"])
        return AnswerProblem("malformed", field, f"{field}: {message_of(first)}", fix_of(first))
    return None


def _answer_of(annotation: Annotation) -> Answer | None:
    if annotation.action == "deleted":
        return None
    if annotation.label is None:
        return SkipAnswer(code=annotation.code, reason=annotation.reason)
    return read_answer(annotation.label, annotation.kind)
