"""Keep with which probability a labelled sample was chosen."""

from collections.abc import Sequence

from shoal.contracts.selections import SamplingDecided
from shoal_qa.domain.projects.metrics import inclusion_probability
from shoal_qa.usecases.ports import Database


class KeepDecisions:
    """Only of samples that some policy took: the others never get a label."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def __call__(self, events: Sequence[SamplingDecided]) -> None:
        """Keep a batch."""
        rows = [
            (
                event.project,
                event.sample_id,
                inclusion_probability([each.probability for each in event.decisions]),
            )
            for event in events
            if any(each.taken for each in event.decisions)
        ]
        if rows:
            async with self._database.transaction() as tx:
                await tx.samples.add_inclusion(rows)
