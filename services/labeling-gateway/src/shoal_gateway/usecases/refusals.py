"""Why an annotator's request is refused, and what to do instead."""

from shoal.messaging import RejectedItem
from shoal.runtime.refusal import Refused
from shoal_gateway.domain.label_schema import AnswerProblem
from shoal_gateway.domain.leases import Refusal
from shoal_gateway.usecases.errors import title_of

FIXES = {
    Refusal.CLOSED: "Take the next task: this one needs no more answers",
    Refusal.FULL: "Take the next task: others have answered this one",
    Refusal.SAMPLE_SEEN: "Take the next task: you have already answered or skipped this sample",
    Refusal.ALREADY_ANSWERED: "Send another answer to change it",
    Refusal.ALREADY_SKIPPED: "Take the next task",
}


def hold_refusal(refusal: Refusal) -> Refused:
    """Return the refusal of an answer that the queue's rules forbid."""
    return Refused(
        "conflict",
        f"the answer was not stored: {refusal}",
        field="task",
        fix=FIXES[refusal],
        title=title_of(refusal),
    )


def answer_refusal(problem: AnswerProblem) -> Refused:
    """Return the refusal of an answer that is not valid."""
    return Refused(
        "gone" if problem.reason == "sample_erased" else "invalid",
        problem.detail,
        field=problem.field,
        fix=problem.fix,
        title=title_of(problem.reason),
    )


def erased_refusal() -> Refused:
    """Return the refusal of what concerns an erased sample."""
    return answer_refusal(
        AnswerProblem("sample_erased", "task", "the sample was erased", "Take the next task")
    )


def unknown_annotation(identifier: str) -> Refused:
    """Return the refusal of an annotation that is not the annotator's own."""
    return Refused(
        "unknown",
        f"you have no annotation {identifier[:200]!r} on this task",
        field="annotation_id",
        fix="Use the annotation_id from the response to your answer",
        title="Unknown annotation",
    )


def unknown_task(external_id: str) -> Refused:
    """Return the refusal of a task that the queue does not have."""
    return Refused(
        "unknown",
        f"the queue has no task {external_id[:200]!r}",
        field="task",
        fix="Take a task from GET /v1/projects/{project}/queue/next",
        title="Unknown task",
    )


def missing_key(name: str) -> Refused:
    """Return the refusal of a new address without a key: the stored key belongs to the present address."""
    return Refused(
        "invalid",
        f"the stored api_key of provider {name!r} was set for another base_url, and is not sent to a new one",
        field="api_key",
        fix="Send api_key together with the new base_url",
        title="Key needed again",
    )


def other_project(index: int, project: str, job_id: str) -> RejectedItem:
    """Return the rejection of an event about a job of another project."""
    detail = f"job_id: {job_id!r} is no job of project {project!r}; send the id of one of its jobs"
    return RejectedItem(index, "other_project", detail)
