"""How long the labeling gateway keeps the rows of its tables."""

from shoal.persistence import Retention

_REQUESTS = """
DELETE FROM vote_requests WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM vote_requests r WHERE applied AND received_at < $1
    AND EXISTS (SELECT 1 FROM jobs j WHERE j.job_id = r.job_id AND j.closed)
    ORDER BY received_at LIMIT $2 FOR UPDATE SKIP LOCKED))
"""
_INTENTS = """
DELETE FROM intents WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM intents WHERE state = 'done' AND updated_at < $1
    ORDER BY updated_at LIMIT $2 FOR UPDATE SKIP LOCKED))
"""
_REFUSED = """
DELETE FROM refused_annotations WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM refused_annotations WHERE received_at < $1 ORDER BY received_at LIMIT $2
    FOR UPDATE SKIP LOCKED))
"""
_WEBHOOKS = """
DELETE FROM webhook_inbox WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM webhook_inbox WHERE done AND received_at < $1 ORDER BY received_at LIMIT $2
    FOR UPDATE SKIP LOCKED))
"""
TABLES = (
    Retention("providers", "Providers and their secrets."),
    Retention("guidelines", "Every version, for the jobs that were made under it."),
    Retention("jobs", "Jobs, so that a job that comes again asks for no second vote."),
    Retention("erased_samples", "Samples that were erased, so that no job of theirs comes back."),
    Retention(
        "vote_requests", "Requests of qa for more votes or a review, of jobs that have ended.", _REQUESTS
    ),
    Retention("tasks", "Tasks at providers, with their answers counted."),
    Retention("task_totals", "Numbers of tasks and of open votes, by project, provider and campaign."),
    Retention("task_changes", "Changes of these numbers, until the measuring loop adds them."),
    Retention("cost_totals", "What annotations cost, by project, provider and campaign."),
    Retention("cost_changes", "Changes of these costs, until the measuring loop adds them."),
    Retention("intents", "Calls to providers that are done; parked ones stay for an operator.", _INTENTS),
    Retention("annotations", "Every revision of every annotation: what was answered and paid."),
    Retention("refused_annotations", "Answers of vendors that were refused, with the reason.", _REFUSED),
    Retention(
        "webhook_inbox",
        "Webhooks that were processed, to know one that is delivered again; waiting and parked ones stay.",
        _WEBHOOKS,
    ),
    Retention("poll_cursors", "The position in each provider's feed."),
    Retention("queue", "Tasks of the in-house queue, with the assignments of their annotators."),
    Retention(
        "assignments", "Which annotator has or had which task, so that no annotator answers a sample twice."
    ),
    Retention(
        "outbox", "Messages until Kafka has them; those that Kafka can never take stay for an operator."
    ),
)
