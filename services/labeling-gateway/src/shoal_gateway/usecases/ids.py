"""Ids that the gateway derives: a replay, a retry and a second replica derive the same ones."""

from shoal.contracts.ids import stable_id
from shoal_gateway.domain.intents import IntentKind
from shoal_gateway.domain.tasks import Lane


def external_id(job_id: str, lane: Lane, attempt: int) -> str:
    """Return the id of a task at its provider, which Shoal chooses before sending anything."""
    return stable_id("task", job_id, lane, attempt)


def intent_id(task: str, kind: IntentKind, total: int = 0) -> str:
    """Return the id of an intent; extensions of a task differ by their total of votes."""
    return stable_id("intent", task, kind, total)


def annotation_id(task: str, annotator: str) -> str:
    """Return the id of an annotator's annotation of a task in the in-house queue; there is one at most."""
    return stable_id("annotation", task, annotator)


def event_id(project: str, provider: str, annotation: str, revision: int) -> str:
    """Return the event id of an annotation revision."""
    return stable_id("annotation-revision", project, provider, annotation, revision)
