"""Take in jobs and annotations: kept first, evaluated after, so that whichever comes last sees both."""

from collections.abc import Sequence

from shoal.contracts.labels import ClassAnswer, LabelingJob
from shoal.messaging import RejectedItem
from shoal_qa.usecases.evaluate import Evaluate
from shoal_qa.usecases.ports import Arrived, Database, Transaction


class RecordJobs:
    """Jobs of samplers, and our own of gold items."""

    def __init__(self, database: Database, evaluate: Evaluate) -> None:
        self._database = database
        self._evaluate = evaluate

    async def __call__(self, jobs: Sequence[LabelingJob]) -> None:
        """Keep a batch; annotations that were waiting for these jobs count now."""
        async with self._database.transaction() as tx:
            await tx.projects.lock({job.project for job in jobs})
            await tx.jobs.add(jobs)
        await self._evaluate({job.job_id for job in jobs})


class RecordAnnotations:
    """Annotations by revision; their job may come later."""

    def __init__(self, database: Database, evaluate: Evaluate) -> None:
        self._database = database
        self._evaluate = evaluate

    async def __call__(self, batch: Sequence[Arrived]) -> list[RejectedItem]:
        """Keep a batch and look at its jobs anew. Returns annotations with a label that cannot be."""
        async with self._database.transaction() as tx:
            await tx.projects.lock({each.event.project for each in batch})
            rejected = await _rejected(tx, batch)
            wrong = {each.index for each in rejected}
            good = [each for index, each in enumerate(batch) if index not in wrong]
            await tx.annotations.add(good)
        await self._evaluate({each.event.job_id for each in good})
        return rejected


async def _rejected(tx: Transaction, batch: Sequence[Arrived]) -> list[RejectedItem]:
    keys = {(each.event.project, each.event.guideline.major) for each in batch}
    classes = {key: await tx.projects.classes(key) for key in sorted(keys)}
    majors = await tx.jobs.majors({each.event.job_id for each in batch})
    found = []
    for index, each in enumerate(batch):
        event = each.event
        known = classes[event.project, event.guideline.major]
        if known is None:
            detail = f"guideline.major: {event.guideline.major}, and project {event.project!r} has no such guideline"
            fix = "publish the guideline at qa, then replay"
            found.append(RejectedItem(index, "unknown_guideline", f"{detail}; {fix}"))
        elif majors.get(event.job_id, event.guideline.major) != event.guideline.major:
            detail = f"guideline.major: {event.guideline.major}, and its job is under {majors[event.job_id]}"
            found.append(RejectedItem(index, "wrong_guideline", f"{detail}; send the job's own guideline"))
        elif isinstance(event.answer, ClassAnswer) and event.answer.label not in known:
            detail = f"answer.label: {event.answer.label!r} is not in the label schema"
            some = ", ".join(known[:20])
            found.append(RejectedItem(index, "unknown_label", f"{detail}; use one of {some}"))
    return found
