"""The labels of a running project as they are judged: with their votes and gold."""

from collections.abc import Mapping, Sequence
from typing import Any

from shoal.contracts.answers import Answer
from shoal.contracts.label_schemas import LabelSchema, classes_of
from shoal_qa.usecases.answers.given import GivenAnswers
from shoal_qa.usecases.answers.kinds import answer_of, answer_of_kind, is_single_choice
from shoal_qa.usecases.evaluation.outcomes import Context, by_job, votes_of
from shoal_qa.usecases.label_errors.by_votes import JudgedLabel
from shoal_qa.usecases.ports import GoldJob, StoredAnnotation


class JobVotes:
    """The votes of jobs, without those of blocked annotators. names: of annotators, by number."""

    def __init__(self, context: Context, annotations: Sequence[StoredAnnotation]) -> None:
        self.context = context
        self._votes = {
            job_id: [vote for vote in votes_of(job_id, revisions) if vote.annotator not in context.blocked]
            for job_id, revisions in by_job(annotations).items()
        }
        self.names = sorted({vote.annotator for of_job in self._votes.values() for vote in of_job})
        self._number = {name: index for index, name in enumerate(self.names)}

    def of(self, job_id: str) -> GivenAnswers:
        """Return the answers of a job; none for one without votes."""
        read = [
            (self._number[vote.annotator], answer_of(self.context.schema, vote.label))
            for vote in self._votes.get(job_id, ())
        ]
        return GivenAnswers(
            annotator=[who for who, answer in read if answer is not None],
            answers=[answer for _, answer in read if answer is not None],
        )


def judged_label(row: Mapping[str, Any], votes: JobVotes) -> JudgedLabel:
    """Return a stored label with its votes; it is the consensus of these unless an expert decided."""
    label, job = answer_of(votes.context.schema, row["label"]), votes.of(row["job_id"])
    assert label is not None
    return JudgedLabel(
        label=label,
        annotator=job.annotator,
        votes=job.answers,
        derived=not row["evidence"].get("reviewed_by"),
    )


def right_answers(schema: LabelSchema, gold: Sequence[GoldJob]) -> dict[str, Answer]:
    """Return the gold answers by job, without those given under a guideline with other kinds of answers."""
    read = {job.job_id: _answer_in(schema, job.right) for job in gold}
    return {job_id: answer for job_id, answer in read.items() if answer is not None}


def _answer_in(schema: LabelSchema, text: str) -> Answer | None:
    if not is_single_choice(schema):
        return answer_of_kind(schema, text)
    return answer_of(schema, text) if text in {item.name for item in classes_of(schema)} else None
