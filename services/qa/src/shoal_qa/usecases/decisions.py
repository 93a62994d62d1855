"""Record the samples of the stream, the inclusion probabilities of selected ones, and those of the audit."""

from collections.abc import Sequence

from shoal.contracts.selections import SamplingDecided
from shoal_qa.domain.projects.metrics import inclusion_probability
from shoal_qa.usecases.ports import AuditedSample, Database

AUDIT = "audit"  # the policy of the audit in decisions; those of campaigns contain a colon


class RecordDecisions:
    """Records decisions on samples that some policy took; of the others, which never get a label, the ids."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def __call__(self, events: Sequence[SamplingDecided]) -> None:
        """Record a batch."""
        selected = [event for event in events if any(decision.taken for decision in event.decisions)]
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
            await tx.samples.add_ids([(event.project, event.sample_id) for event in events])
            if selected:
                await tx.samples.add_inclusion(rows)
                await tx.samples.add_audited(audited)


def _audited_sample(event: SamplingDecided) -> AuditedSample | None:
    """Return the sample if the audit took it and it has a prediction."""
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
