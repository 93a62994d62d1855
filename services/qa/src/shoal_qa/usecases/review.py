"""An expert decides where votes could not."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from shoal_qa.domain.lifecycle import Accept, settle_by_expert
from shoal_qa.usecases.announce import label_message
from shoal_qa.usecases.errors import Refused
from shoal_qa.usecases.ports import Database, LabelRow


class DecideReview:
    """The label is accepted with the reviewer's name; votes no longer change it."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    async def __call__(self, project: str, job_id: str, label: str, reviewer: str) -> int:
        """Decide; return the label's revision. To decide the same again changes nothing. Raises Refused."""
        now = self._clock()
        async with self._database.transaction() as tx:
            found = await tx.lock_jobs([job_id])
            if not found or found[0].project != project or found[0].job.state == "erased":
                detail = f"project {project!r} has no job {job_id[:200]!r}"
                raise Refused("unknown", "job_id", detail, f"See GET /v1/projects/{project}/reviews")
            kept = found[0]
            classes = await tx.classes(kept.key) or []
            if label not in classes:
                detail = f"label: {label!r} is not in the label schema"
                raise Refused("invalid", "label", detail, f"Use one of {', '.join(classes[:20])}")
            after, changes = settle_by_expert(kept.job, label, reviewer)
            rows = []
            for change in changes:
                assert isinstance(change, Accept)
                kept = replace(kept, job=after, revision=kept.revision + 1)
                state = "accepted" if kept.revision == 1 else "revised"
                evidence = {"method": "review", "votes": 0, "agreement": 0.0, "reviewed_by": reviewer}
                rows.append(
                    LabelRow(
                        project,
                        job_id,
                        kept.sample_id,
                        kept.revision,
                        state,
                        label,
                        1.0,
                        evidence,
                        change.reason,
                    )
                )
            await tx.save_jobs([kept])
            await tx.add_labels(rows, now)
            await tx.publish([label_message(kept, row, now) for row in rows])
            return kept.revision
