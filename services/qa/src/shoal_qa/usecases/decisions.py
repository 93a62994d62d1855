"""Keep with which probability a labelled sample was chosen, and which samples the random audit took."""

from collections.abc import Sequence

from shoal.contracts.selections import SamplingDecided
from shoal_qa.domain.projects.metrics import inclusion_probability
from shoal_qa.usecases.ports import AuditedSample, Database

AUDIT = "audit"  # the audit's policy in decisions; campaigns have a colon in theirs


class RecordDecisions:
    """Only of samples that some policy took: the others never get a label."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def __call__(self, events: Sequence[SamplingDecided]) -> None:
        """Keep a batch."""
        selected = [event for event in events if any(decision.taken for decision in event.decisions)]
        if not selected:
            return
        rows = [
            (
                event.project,
                event.sample_id,
                inclusion_probability([decision.probability for decision in event.decisions]),
            )
            for event in selected
        ]
        audited = [sample for event in selected if (sample := _audited_sample(event)) is not None]
        async with self._database.transaction() as tx:
            await tx.samples.add_inclusion(rows)
            await tx.samples.add_audited(audited)


def _audited_sample(event: SamplingDecided) -> AuditedSample | None:
    """Return the sample if the audit took it and a model said something of it."""
    rates = [choice.probability for choice in event.decisions if choice.taken and choice.policy == AUDIT]
    if not rates or event.model is None or event.predicted_label is None:
        return None
    return AuditedSample(
        project=event.project,
        sample_id=event.sample_id,
        rate=rates[0],
        model=event.model,
        version=event.model_version or "",
        predicted=event.predicted_label,
        decided_at=event.decided_at,
    )
