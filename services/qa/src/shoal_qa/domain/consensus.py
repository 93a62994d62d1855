"""From votes and gold to calibrated labels, certified if gold allows: the entry point of files and services.

1. A panel of models, or one of them, is fitted; gold enters the likelihood (models/panel.py).
2. Posteriors are tempered, from a cautious default, on gold tasks held out from the fits
   (calibration/tempering.py).
3. The certificate is the threshold whose accepted labels gold certifies (certificates/certificate.py).
4. Each task gets a next step: accept, one more vote, a review, or nothing more (stopping/next_steps.py).
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from shoal_qa.domain.calibration.believed import IMPOSSIBLE, BelievedLabels, believed_labels
from shoal_qa.domain.calibration.heldout_gold import HeldoutGold, calibrate_on, honest_default
from shoal_qa.domain.calibration.tempering import Tempering
from shoal_qa.domain.certificates.certificate import Certificate, certify
from shoal_qa.domain.models import MODELS, panel_of
from shoal_qa.domain.models.evidence import MemberEvidence, member_evidence
from shoal_qa.domain.models.panel import Study
from shoal_qa.domain.models.pool import FittedPool
from shoal_qa.domain.stopping.crowd import MOST_CLASSES, Crowd, count_confusion, crowd_of
from shoal_qa.domain.stopping.next_steps import Foresight, next_steps
from shoal_qa.domain.stopping.rule import Action, StoppingRule
from shoal_qa.domain.votes.arrays import UNKNOWN, Bools, Floats, Ints, VoteArrays
from shoal_qa.domain.votes.predictions import with_predictions

Report = Callable[[str], None]
USUAL_VOTES = 5  # votes that a task may have, or as many as any task of the set has
MOST_VOTES = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How labels are made and accepted. Raises ValueError for an unknown model.

    target_precision: the share of accepted labels that must be right, guaranteed with `confidence`. None:
    labels are accepted by their probability alone, at `accept_probability`, without a guarantee.
    """

    model: str = "auto"
    target_precision: float | None = None
    confidence: float = 0.95
    accept_probability: float = 0.9
    min_votes: int = 1
    max_votes: int | None = None  # by default as many as any task has, at least USUAL_VOTES
    futile_below: float = 0.05
    vote_price: float = 1.0
    review_price: float | None = 5.0  # in the unit of vote_price; None disables reviews
    seed: int = 0

    def __post_init__(self) -> None:
        if self.model not in MODELS:
            raise ValueError(f"unknown model {self.model!r}: use one of {', '.join(MODELS)}")

    def stopping(self, threshold: float | None, usual: int) -> StoppingRule:
        """Return the rule of next steps. usual: limit of votes if `max_votes` is None. Raises ValueError."""
        return StoppingRule(
            threshold=threshold,
            goal=self.target_precision,
            min_votes=self.min_votes,
            max_votes=self.max_votes or min(max(usual, self.min_votes), MOST_VOTES),
            futile_below=self.futile_below,
            vote_price=self.vote_price,
            review_price=self.review_price,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Consensus:
    """Labels and their evidence. label, probability, accepted: (tasks,).

    posterior: (tasks, classes); None of very many classes, whose models give one number for each vote.

    label is UNKNOWN for a task with neither votes nor gold. Gold tasks have their answer, with probability 1;
    other tasks have a class that was voted at least once.
    confusion: expected votes, (classes, classes) as [truth, label]; None for very many classes.
    """

    fitted: FittedPool
    label: Ints
    probability: Floats
    posterior: Floats | None
    accepted: Bools
    action: NDArray[np.int8]  # (tasks,), an Action
    evidence: tuple[MemberEvidence, ...]
    calibration: Tempering
    gold: HeldoutGold | None
    certificate: Certificate | None
    confusion: Floats | None
    crowd: Crowd | None  # people, to simulate future votes
    people: int  # annotators, without the levels of a model's predictions

    @property
    def skill(self) -> Floats:
        """Return the expected share of right votes of each annotator: (annotators,)."""
        return self.fitted.skill()[: self.people]


def consensus(
    votes: VoteArrays,
    gold: Ints | None = None,
    options: Options | None = None,
    *,
    report: Report | None = None,
    predictions: Floats | None = None,
) -> Consensus:
    """Return the labels of votes.

    gold: (tasks,), gold class of each task or UNKNOWN. report: called with each step as it starts.
    predictions: a model's probabilities, (tasks, classes), with NaN rows for tasks without one; they count as
    one more voter (predictions.py). Time: a fit of each member of the panel, and with gold five warm fits
    more, on a sample of the votes; then O(votes x classes). Memory: a few (tasks, classes) tables per member;
    of more than 200 classes O(votes + gold x classes) with models without confusion matrices.
    Raises ValueError for options out of range and predictions of another shape.
    """
    options, report, people = options or Options(), report or (lambda _: None), votes.annotators
    votes = votes if predictions is None else with_predictions(votes, predictions)
    report("fitting models of votes")
    panel = panel_of(options.model)
    study = _among_voted(panel.study(votes, gold), votes)
    report("calibrating")
    has_gold = np.zeros(votes.tasks, np.bool_) if gold is None else gold != UNKNOWN
    default = honest_default(panel, study, votes, np.random.default_rng(options.seed))
    calibration, heldout = calibrate_on(study.heldout, default)
    believed = believed_labels(study.fitted, votes, calibration, has_gold)
    label, probability = _final_labels(votes, gold, believed)
    scores = probability[(label != UNKNOWN) & ~has_gold & (votes.votes_per_task() >= options.min_votes)]
    certificate = _certify_gold(heldout, scores, options)
    threshold = certificate.threshold if certificate else options.accept_probability
    report("choosing next steps")
    posterior = believed.posterior
    small = posterior if votes.classes <= MOST_CLASSES else None
    crowd = None if small is None else crowd_of(_by_people(votes, people), small, study.fitted.skill())
    rule = options.stopping(threshold, max(USUAL_VOTES, int(votes.votes_per_task().max(initial=0))))
    shares = believed.probability[:, None] if posterior is None else posterior
    action = _next_actions(votes, gold, shares, rule=rule, foresight=Foresight(crowd, calibration))
    return Consensus(
        fitted=study.fitted,
        label=label,
        probability=probability,
        posterior=posterior,
        accepted=action == Action.ACCEPT,
        action=action,
        evidence=member_evidence(study, votes, believed.label),
        calibration=calibration,
        gold=heldout,
        certificate=certificate,
        confusion=None if small is None else count_confusion(votes, small),
        crowd=crowd,
        people=people,
    )


def _among_voted(study: Study, votes: VoteArrays) -> Study:
    """Return the study with held-out posteriors that give no class without votes.

    Gold may have further classes, which annotators are then wrong about.
    """
    silent = votes.label_counts() == 0
    if study.heldout is None or not silent.any():
        return study
    members = study.heldout.members.copy()
    members[:, :, silent] = IMPOSSIBLE
    return replace(study, heldout=replace(study.heldout, members=members))


def _next_actions(
    votes: VoteArrays, gold: Ints | None, posterior: Floats, *, rule: StoppingRule, foresight: Foresight
) -> NDArray[np.int8]:
    """Return the next step of each task: (tasks,). Gold tasks are accepted."""
    most = np.full(votes.tasks, rule.max_votes, np.int32)
    steps = next_steps(posterior, votes.votes_per_task(), most=most, rule=rule, foresight=foresight)
    has_gold = np.zeros(votes.tasks, np.bool_) if gold is None else gold != UNKNOWN
    return np.where(has_gold, Action.ACCEPT, steps.action).astype(np.int8)


def _by_people(votes: VoteArrays, people: int) -> VoteArrays:
    """Return the votes of people; a model's predictions will not vote again."""
    return votes if people == votes.annotators else votes.select(votes.annotator < people)


def _final_labels(votes: VoteArrays, gold: Ints | None, believed: BelievedLabels) -> tuple[Ints, Floats]:
    label, probability = believed.label.copy(), believed.probability.copy()
    silent = votes.votes_per_task() == 0
    label[silent], probability[silent] = UNKNOWN, 0.0
    if gold is not None:
        has_gold = gold != UNKNOWN
        label[has_gold], probability[has_gold] = gold[has_gold], 1.0
    return label, probability


def _certify_gold(gold: HeldoutGold | None, scores: Floats, options: Options) -> Certificate | None:
    """Return the certificate, None without a target. scores: of the tasks that their votes may accept."""
    if options.target_precision is None:
        return None
    probability = gold.probability if gold else np.empty(0)
    right = gold.right if gold else np.empty(0, np.bool_)
    return certify(probability, right, scores, target=options.target_precision, confidence=options.confidence)
