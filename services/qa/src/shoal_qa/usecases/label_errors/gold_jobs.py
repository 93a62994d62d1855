"""The labels that gold items would have if they were ordinary jobs.

Gold jobs get no labels, since their right answers are known. The labels that their votes would have led to
err as those of other jobs do, and show how often a doubt about such a label is justified.
"""

from collections.abc import Sequence

from shoal.answers import stored_label
from shoal_qa.domain.jobs.beliefs import JobVotes as CountedVotes
from shoal_qa.domain.stopping.rule import Action
from shoal_qa.usecases.answers.given import GivenAnswers, thinned_answers
from shoal_qa.usecases.answers.kinds import answer_of
from shoal_qa.usecases.evaluation.outcomes import beliefs_of
from shoal_qa.usecases.label_errors.by_votes import JudgedLabel
from shoal_qa.usecases.label_errors.job_votes import JobVotes


def labels_of_gold(
    job_ids: Sequence[str], labels: Sequence[JudgedLabel], votes: JobVotes
) -> dict[str, JudgedLabel]:
    """Return the labels that the project's rule would accept, by gold job.

    Everybody answers gold items: they count with as many votes as the jobs of `labels` have.
    """
    gold = {job_id: votes_of_job for job_id in job_ids if (votes_of_job := votes.of(job_id)).answers}
    usual = [GivenAnswers(annotator=one.annotator, answers=one.votes) for one in labels if one.votes]
    thinned = thinned_answers([*gold.values(), *usual], range(len(gold)))
    beliefs = beliefs_of([_counted_votes(job, votes.names) for job in thinned], votes.context).beliefs
    out = {}
    for job_id, job, belief in zip(gold, thinned, beliefs, strict=True):
        label = answer_of(votes.context.schema, belief.label)
        if belief.action is Action.ACCEPT and label is not None:
            out[job_id] = JudgedLabel(label=label, annotator=job.annotator, votes=job.answers, derived=True)
    return out


def _counted_votes(job: GivenAnswers, names: Sequence[str]) -> CountedVotes:
    votes = [
        (names[who], stored_label(answer) or "")
        for who, answer in zip(job.annotator, job.answers, strict=True)
    ]
    return CountedVotes(votes, len(votes))
