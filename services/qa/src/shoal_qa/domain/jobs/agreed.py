"""Beliefs about answers that are not single classes: the medoid of the votes, believed by their agreement."""

from dataclasses import dataclass

import numpy as np

from shoal_qa.domain.jobs.acceptance import Belief
from shoal_qa.domain.jobs.beliefs import JobVotes
from shoal_qa.domain.jobs.medoids import find_medoid
from shoal_qa.domain.stopping.rule import Action, StoppingRule
from shoal_qa.domain.votes.arrays import Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Distances:
    """Distances of a job's votes: (votes, votes), and of each to the answer accepted earlier: (votes,)."""

    between: Floats
    to_accepted: Floats | None = None


def agreed_belief(job: JobVotes, distances: Distances, tolerance: float, rule: StoppingRule) -> Belief:
    """Return the belief about a job's answer: its probability is the share of votes near the medoid.

    The medoid is accepted if enough votes agree: at least `min_votes`, and of them the share `threshold`.
    Without a threshold, votes are bought to the maximum. No vote is predicted, so none is futile before that.
    """
    most = min(job.most, rule.max_votes) - job.blocked
    if not job.votes:
        return Belief(
            label="", probability=0.0, votes=0, action=_next_action(rule, 0, most, 0.0), blocked=job.blocked
        )
    texts = [text for _, text in job.votes]
    medoid = find_medoid(distances.between, texts, tolerance)
    near = distances.to_accepted
    return Belief(
        label=texts[medoid.member],
        probability=medoid.agreement,
        votes=len(texts),
        action=_next_action(rule, len(texts), most, medoid.agreement),
        of_accepted=0.0 if near is None else float(np.mean(near <= tolerance)),
        blocked=job.blocked,
    )


def _next_action(rule: StoppingRule, votes: int, most: int, agreement: float) -> Action:
    if rule.level is not None and votes >= rule.min_votes and agreement >= rule.level:
        return Action.FUTILE if rule.threshold is None else Action.ACCEPT
    if votes < most:
        return Action.MORE
    return Action.FUTILE if rule.review_price is None else Action.REVIEW
