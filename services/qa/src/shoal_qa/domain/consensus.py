"""From votes and gold to labels with honest probabilities, certified where gold allows: what files and services call.

1. A panel of models, or one of them, is fitted; gold enters the likelihood (models/panel.py).
2. Posteriors are tempered, from an honest default, by what fits that were not told say of gold tasks (tempering.py).
3. The certificate is the threshold whose accepted labels gold vouches for (certificate.py).
4. Each task has a next step: accept, one more vote, a review, or nothing more (sequential.py).
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from shoal_qa.domain.arrays import UNKNOWN, Floats, Ints, VoteArrays
from shoal_qa.domain.certificate import Certificate, certify
from shoal_qa.domain.models import MODELS, Panel
from shoal_qa.domain.models.panel import Heldout, Study
from shoal_qa.domain.models.pool import FittedPool
from shoal_qa.domain.overconfidence import default_tempering
from shoal_qa.domain.predictions import with_predictions
from shoal_qa.domain.sequential import Action, Kinds, StoppingRule, next_actions
from shoal_qa.domain.tempering import Tempering, fit_tempering

Bools = NDArray[np.bool_]
Report = Callable[[str], None]
MOST_CLASSES = 200  # of a confusion table that a person may read
ENOUGH_GOLD = 100  # answers beside which a default learned from votes would say nothing more
POOL_CAUTION = 1.25  # temperature of a pool of models; gold of public sets asks for 0.85 to 1.25
USUAL_VOTES = 5  # a task may have so many, or as many as any task of the set has


@dataclass(frozen=True, slots=True)
class Options:
    """How labels are made and accepted.

    target_precision: the share of accepted labels that must be right, promised with `confidence`. None: labels are
    accepted by their probability alone, at `accept_probability`, and nothing is promised.
    """

    model: str = "auto"
    target_precision: float | None = None
    confidence: float = 0.95
    accept_probability: float = 0.9
    max_votes: int | None = None  # by default as many as any task has, at least USUAL_VOTES
    review_price: float | None = 5.0  # of an expert's answer, in votes; None: there are no experts
    seed: int = 0

    def __post_init__(self) -> None:
        if self.model not in MODELS:
            raise ValueError(f"there is no model {self.model!r}: use one of {', '.join(MODELS)}")


@dataclass(frozen=True, slots=True)
class MemberEvidence:
    """What is known of one model. accuracy, log_loss: on gold by fits that were not told it; None without gold."""

    model: str
    weight: float
    agreement: float  # share of tasks with votes on which it says what the panel says
    accuracy: float | None = None
    log_loss: float | None = None


@dataclass(frozen=True, slots=True)
class HeldoutGold:
    """Gold tasks as fits saw them that were not told their answers: (gold,) each."""

    task: Ints
    truth: Ints
    label: Ints
    probability: Floats

    @property
    def right(self) -> Bools:
        """Return which labels are the gold answer."""
        return np.asarray(self.label == self.truth)


@dataclass(frozen=True, slots=True)
class Consensus:
    """Labels and what is behind them. label, probability, accepted: (tasks,); posterior: (tasks, classes).

    label is UNKNOWN for a task with neither votes nor gold. Gold tasks have their answer, with probability 1.
    confusion: expected votes, (classes, classes) as [truth, label]; None where there are very many classes.
    """

    fitted: FittedPool
    label: Ints
    probability: Floats
    posterior: Floats
    accepted: Bools
    action: NDArray[np.int8]  # (tasks,), an Action
    evidence: tuple[MemberEvidence, ...]
    calibration: Tempering
    gold: HeldoutGold | None
    certificate: Certificate | None
    confusion: Floats | None

    people: int  # annotators who are not a model's predictions

    @property
    def skill(self) -> Floats:
        """Return the expected share of right votes of each annotator: (annotators,)."""
        return self.fitted.skill()[: self.people]

    @property
    def skill_of_predictions(self) -> Floats:
        """Return the same of the model's predictions, by rising sureness: (levels,), empty without predictions."""
        return self.fitted.skill()[self.people :]


def consensus(
    votes: VoteArrays,
    known: Ints | None = None,
    options: Options | None = None,
    report: Report | None = None,
    predictions: Floats | None = None,
) -> Consensus:
    """Return the labels of votes. known: gold class of each task or UNKNOWN, (tasks,). report: told what is done.

    predictions: a model's probabilities, (tasks, classes), NaN rows where it has none; it counts as one more voter
    (predictions.py). Time: fits of each member of the panel, and with gold five warm ones more, on a sample of the
    votes; then O(votes x classes). Memory: a few (tasks, classes) tables per member. Raises ValueError for options out
    of range and predictions of another shape.
    """
    options, report, people = options or Options(), report or (lambda _: None), votes.annotators
    votes = votes if predictions is None else with_predictions(votes, predictions)
    report("fitting models of votes")
    panel = panel_of(options.model)
    study = panel.study(votes, known)
    report("calibrating")
    log_posterior = study.fitted.log_posterior(votes)
    default = honest_default(panel, study, votes, np.random.default_rng(options.seed))
    calibration, gold = calibrate_on(study.heldout, default)
    posterior = calibration.apply(log_posterior, votes.votes_per_task())
    label, probability = _labels(votes, known, posterior)
    certificate = _certificate(gold, probability, label, known, options)
    accepted = _accepted(label, probability, known, certificate, options)
    report("looking for what to do next")
    confusion = crowd_confusion(votes, posterior) if votes.classes <= MOST_CLASSES else None
    return Consensus(
        study.fitted,
        label,
        probability,
        posterior,
        accepted,
        _actions(votes, posterior, accepted, confusion, certificate, options, calibration),
        member_evidence(study, votes, log_posterior),
        calibration,
        gold,
        certificate,
        confusion,
        people,
    )


def panel_of(model: str) -> Panel:
    """Return a model of the registry as a panel, of itself alone where it is not one."""
    found = MODELS[model]
    return found if isinstance(found, Panel) else Panel((found,), name=found.name)


def honest_default(panel: Panel, study: Study, votes: VoteArrays, rng: np.random.Generator) -> Tempering:
    """Return the map to believe before gold; learned from the votes unless gold will say nearly all.

    Where several models are heard, most of what each claims too much is gone already: they disagree where errors are
    made together. What is left hardly grows with the number of votes.
    """
    told = study.heldout is not None and len(study.heldout.task) >= ENOUGH_GOLD
    default = Tempering() if told else default_tempering(panel, study.fitted, votes, rng)
    if len(study.fitted.members) == 1:
        return default
    return replace(default, noise=POOL_CAUTION * default.noise, excess=0.0)


def calibrate_on(heldout: Heldout | None, default: Tempering) -> tuple[Tempering, HeldoutGold | None]:
    """Return the calibration by all gold, and the gold tasks as calibrated without their own fold."""
    if heldout is None or not len(heldout.task):
        return default, None
    votes, truth = heldout.votes, heldout.truth
    tempered = np.empty(heldout.members.shape[1:])
    for fold in np.unique(heldout.fold):
        inside, pooled = heldout.fold == fold, heldout.pooled(fold)
        others = fit_tempering(default, pooled[~inside], votes[~inside], truth[~inside])
        tempered[inside] = others.apply(pooled[inside], votes[inside])
    label = tempered.argmax(axis=1).astype(np.int32)
    gold = HeldoutGold(heldout.task, truth, label, tempered.max(axis=1))
    return fit_tempering(default, heldout.pooled(), votes, truth), gold


def member_evidence(study: Study, votes: VoteArrays, pooled: Floats) -> tuple[MemberEvidence, ...]:
    """Return what is known of each model on the panel. pooled: (tasks, classes) log posteriors of all together."""
    voted, best = votes.votes_per_task() > 0, pooled.argmax(axis=1)
    found = []
    for place, (member, weight) in enumerate(zip(study.fitted.members, study.fitted.weights, strict=True)):
        same = member.log_posterior(votes).argmax(axis=1) == best
        agreement = float(same[voted].mean()) if voted.any() else 1.0
        accuracy, loss = _on_gold(study.heldout, place)
        found.append(MemberEvidence(member.name, float(weight), agreement, accuracy, loss))
    return tuple(found)


def crowd_confusion(votes: VoteArrays, posterior: Floats) -> Floats:
    """Return the expected number of votes for each truth and label: (classes, classes)."""
    order = np.argsort(votes.label, kind="stable")
    edges = np.searchsorted(votes.label[order], np.arange(votes.classes + 1))
    columns = [posterior[votes.task[order[a:b]]].sum(axis=0) for a, b in pairwise(edges.tolist())]
    return np.stack(columns, axis=1)


def _on_gold(heldout: Heldout | None, member: int) -> tuple[float | None, float | None]:
    if heldout is None or not len(heldout.task):
        return None, None
    right = heldout.members[member].argmax(axis=1) == heldout.truth
    return float(right.mean()), float(-np.log(np.maximum(heldout.right()[member], 1e-6)).mean())


def _labels(votes: VoteArrays, known: Ints | None, posterior: Floats) -> tuple[Ints, Floats]:
    label = posterior.argmax(axis=1).astype(np.int32)
    probability = posterior.max(axis=1)
    silent = votes.votes_per_task() == 0
    label[silent], probability[silent] = UNKNOWN, 0.0
    if known is not None:
        told = known != UNKNOWN
        label[told], probability[told] = known[told], 1.0
    return label, probability


def _certificate(
    gold: HeldoutGold | None, probability: Floats, label: Ints, known: Ints | None, options: Options
) -> Certificate | None:
    """Return the certificate for the tasks whose answer is not known; None where no target is set."""
    if options.target_precision is None:
        return None
    open_tasks = label != UNKNOWN if known is None else (label != UNKNOWN) & (known == UNKNOWN)
    scores = gold.probability if gold else np.empty(0)
    right = gold.right if gold else np.empty(0, np.bool_)
    return certify(scores, right, probability[open_tasks], options.target_precision, options.confidence)


def _accepted(
    label: Ints, probability: Floats, known: Ints | None, certificate: Certificate | None, options: Options
) -> Bools:
    """Return which labels are accepted: gold answers, and those above the threshold where there is one."""
    threshold = certificate.threshold if certificate else options.accept_probability
    accepted = np.zeros(len(label), np.bool_) if threshold is None else probability >= threshold
    told = np.zeros(len(label), np.bool_) if known is None else known != UNKNOWN
    return np.asarray((label != UNKNOWN) & (accepted | told))


def _actions(
    votes: VoteArrays,
    posterior: Floats,
    accepted: Bools,
    confusion: Floats | None,
    certificate: Certificate | None,
    options: Options,
    calibration: Tempering,
) -> NDArray[np.int8]:
    """Return the next step of each task, further votes being those of an average annotator.

    Where nothing is certified, a label that seems good enough needs no more votes: known answers are what is missing.
    """
    count = votes.votes_per_task()
    most = options.max_votes or max(USUAL_VOTES, int(count.max(initial=0)))
    if confusion is None:
        action = np.where(count >= most, Action.FUTILE, Action.MORE)
    else:
        rule = StoppingRule(
            _good_enough(certificate, options), 1, min(most, 100), review_price=options.review_price
        )
        crowd = Kinds(_average_annotator(confusion)[None], np.ones(1))
        action = next_actions(posterior, count, crowd, rule, calibration).action
    action = np.where(action == Action.ACCEPT, Action.FUTILE, action)
    return np.where(accepted, Action.ACCEPT, action).astype(np.int8)


def _good_enough(certificate: Certificate | None, options: Options) -> float:
    if certificate is None:
        return options.accept_probability
    return certificate.target if certificate.threshold is None else certificate.threshold


def _average_annotator(confusion: Floats) -> Floats:
    """Return p(label | truth) of the crowd, (classes, classes), each row with a vote as the crowd's labels are."""
    popular = (confusion.sum(axis=0) + 1) / (confusion.sum() + len(confusion))
    return np.asarray((confusion + popular) / (confusion.sum(axis=1, keepdims=True) + 1))
