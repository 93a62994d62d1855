"""A sample is erased: blank its content and cancel its tasks at their providers."""

from collections.abc import Sequence

from shoal.contracts.samples import SampleErased
from shoal_gateway.usecases.jobs.planning import withdraw_tasks
from shoal_gateway.usecases.ports import Database, Wake


class EraseSamples:
    """Idempotent. A job about the sample that arrives later is not stored."""

    def __init__(self, database: Database, wake: Wake) -> None:
        self._database = database
        self._wake = wake

    async def __call__(self, events: Sequence[SampleErased]) -> None:
        """Erase a batch in one transaction."""
        async with self._database.transaction() as tx:
            job_ids = await tx.samples.erase({(event.project, event.sample_id) for event in events})
            jobs, tasks = await tx.jobs.lock(job_ids), await tx.tasks.of_jobs(job_ids)
            for job_id, job in jobs.items():
                await withdraw_tasks(tx, job, tasks.get(job_id, []), finished_too=True)
        self._wake()
