"""How long the sampler keeps the rows of its tables."""

from shoal.persistence import Retention

_DECISIONS = """
DELETE FROM decisions WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM decisions WHERE NOT taken AND decided_at < $1 ORDER BY decided_at LIMIT $2 FOR UPDATE SKIP LOCKED))
"""
_DAYS = """
DELETE FROM days WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM days WHERE day < ($1::timestamptz AT TIME ZONE 'UTC')::date LIMIT $2 FOR UPDATE SKIP LOCKED))
"""
TABLES = (
    Retention("campaigns", "Campaigns and what they have spent."),
    Retention("days", "What each policy has spent on one day.", _DAYS),
    Retention("audits", "The random audit of each project."),
    Retention("waiting", "Samples that compete for a place: deleted when their window closes."),
    Retention(
        "decisions",
        "Samples that no policy took. If such a sample is sent again later, it is decided on again. Samples that "
        "were taken stay.",
        _DECISIONS,
    ),
    Retention("chosen", "Vectors of the samples that have a job, which later choices are compared with."),
    Retention("labels", "The accepted label of each sample, which later choices learn from."),
    Retention(
        "outbox", "Messages until Kafka has them; those that Kafka can never take stay for an operator."
    ),
)
