"""Annotations that Kafka has and the database lacks, because it was restored to an earlier moment."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from shoal.contracts.labels import AnnotationSubmitted
from shoal.messaging import Received
from shoal_gateway.domain.providers import ProviderConfig
from shoal_gateway.domain.routing import IN_HOUSE
from shoal_gateway.domain.standings import Standing
from shoal_gateway.usecases.annotations.record_annotations import RecordAnnotations
from shoal_gateway.usecases.ports import Database, ProviderConfigs
from shoal_gateway.usecases.ports.annotations import Judged
from shoal_gateway.usecases.translate import to_annotation

MOST_IN_WAVE = 500


class RecoverAnnotations:
    """Stores announced annotations with their prices; they were checked, counted and announced before.

    Tasks get the answers and do not ask for them again. Idempotent.
    """

    def __init__(self, database: Database, configs: ProviderConfigs, record: RecordAnnotations) -> None:
        self._database = database
        self._configs = configs
        self._record = record

    async def __call__(self, events: Sequence[AnnotationSubmitted]) -> int:
        """Store the annotations of known tasks; return how many were missing."""
        groups: dict[tuple[str, str], list[AnnotationSubmitted]] = defaultdict(list)
        for event in events:
            groups[event.project, event.provider].append(event)
        count = 0
        for project, provider in sorted(groups):
            config = await self._configs.get(project, provider)
            if config is not None:
                count += await self._recover(config, groups[project, provider])
        return count

    async def _recover(self, config: ProviderConfig, events: Sequence[AnnotationSubmitted]) -> int:
        async with self._database.transaction() as tx:
            tasks = await tx.tasks.lock(config.project, {event.task_id for event in events})
            judged = {
                (event.annotation_id, event.revision): Judged(
                    to_annotation(event), event.price, Standing.COUNTS
                )
                for event in events
                if (pair := tasks.get(event.task_id)) is not None
                and pair[0].provider == config.name
                and not pair[1].erased
            }
            stored = await tx.annotations.recover(config, list(judged.values()))
            changed = {judged[key].annotation.external_id for key in stored}
            jobs = {job.job_id: job for _, job in (tasks[external_id] for external_id in changed)}
            if jobs:
                await self._record.settle_jobs(tx, config, jobs, changed)
            if changed and config.name == IN_HOUSE:
                await tx.queue.recover(changed)
        return len(stored)


def split_waves(records: Sequence[Received]) -> Iterator[list[Received]]:
    """Yield records about jobs in waves, of which each has the events of a job from one topic only.

    So a wave can be taken in topic by topic, and every job's events keep their order.
    """
    wave: list[Received] = []
    topics: dict[str, str] = {}
    for record in records:
        if len(wave) == MOST_IN_WAVE or topics.get(record.event.job_id, record.topic) != record.topic:
            yield wave
            wave, topics = [], {}
        topics[record.event.job_id] = record.topic
        wave.append(record)
    if wave:
        yield wave
