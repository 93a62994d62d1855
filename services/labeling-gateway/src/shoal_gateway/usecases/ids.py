"""Ids that the gateway derives: a replay, a retry and a second replica all arrive at the same ones."""

from shoal.contracts.ids import stable_id
from shoal_gateway.domain.intents import IntentKind
from shoal_gateway.domain.tasks import Lane


def external_id(job_id: str, lane: Lane, attempt: int) -> str:
    """Return the id of a task at its provider, chosen before anything is sent."""
    return stable_id("task", job_id, lane, attempt)


def intent_id(task: str, kind: IntentKind, total: int = 0) -> str:
    """Return the id of an intent; two extensions differ by the total of votes they ask for."""
    return stable_id("intent", task, kind, total)


def annotation_id(task: str, annotator: str) -> str:
    """Return the id of the one annotation that an annotator of the own queue has on a task."""
    return stable_id("annotation", task, annotator)


def event_id(project: str, provider: str, annotation: str, revision: int) -> str:
    """Return the envelope's id of an annotation revision."""
    return stable_id("annotation-revision", project, provider, annotation, revision)
