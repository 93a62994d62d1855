"""How long qa keeps the rows of its tables."""

from shoal.persistence import Retention

_STREAM = """
DELETE FROM stream WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM stream WHERE decided_at < $1 ORDER BY decided_at LIMIT $2 FOR UPDATE SKIP LOCKED))
"""
TABLES = (
    Retention("guidelines", "Every version of every guideline."),
    Retention("rules", "The rule of each project by which labels are accepted."),
    Retention("gold", "Gold items with their answers."),
    Retention("jobs", "Jobs with the state of their label."),
    Retention(
        "job_tallies", "Changes of the number of jobs by state, for metrics; added up when they are many."
    ),
    Retention("annotations", "Every revision of every annotation: the evidence of labels."),
    Retention("labels", "Every revision of every label, with its evidence."),
    Retention("fits", "What was learned about annotators and classes, one row a guideline's major."),
    Retention("annotators", "State and skill of each annotator."),
    Retention("quality", "The latest measurement of each project."),
    Retention("inclusion", "The probability with which each labelled sample was chosen."),
    Retention("audited", "The samples of the random audit, from which the production model is measured."),
    Retention("erased", "Samples that were erased, so that nothing of theirs comes back."),
    Retention("datasets", "The manifests of all dataset versions."),
    Retention(
        "stream",
        "The ids of all samples that the sampler decided on. Gold items that name a sample which is gone get a "
        "warning.",
        _STREAM,
    ),
    Retention(
        "outbox", "Messages until Kafka has them; those that Kafka can never take stay for an operator."
    ),
)
