"""How the sampler's tables recover after they were restored to an earlier moment than Kafka."""

from collections.abc import Mapping
from typing import Any

from shoal.contracts.topics import CAMPAIGNS_CHANGED, LABELING_JOBS, SAMPLES_EMBEDDED, SAMPLING_DECISIONS
from shoal.persistence.recovering import History, Recovered
from shoal_sampler.adapters.postgres.campaigns import PostgresCampaigns
from shoal_sampler.adapters.postgres.samples import PostgresStore
from shoal_sampler.schema import OWN_SCHEMA
from shoal_sampler.usecases.stream.recover_decisions import RecoverDecisions


async def recover_tables(pool: Any, history: History) -> Mapping[str, int]:
    """Store campaigns, then chosen samples, then the decisions that chose them, with their budgets."""
    campaigns, counts = PostgresCampaigns(pool), dict.fromkeys(("campaigns", "chosen", "decisions"), 0)
    async for batch in history.read(CAMPAIGNS_CHANGED):
        counts["campaigns"] += await campaigns.recover([record.event for record in batch])
    jobs = [record.event async for batch in history.read(LABELING_JOBS) for record in batch]
    recover = RecoverDecisions(PostgresStore(pool), jobs)
    async for batch in history.read(SAMPLES_EMBEDDED):
        counts["chosen"] += await recover.add_chosen([record.event for record in batch])
    async for batch in history.read(SAMPLING_DECISIONS):
        counts["decisions"] += await recover.add_decisions([record.event for record in batch])
    return counts


RECOVERED = Recovered(OWN_SCHEMA.name, recover_tables)
