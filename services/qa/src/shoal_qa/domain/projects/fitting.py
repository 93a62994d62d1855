"""One fit of a project: the panel, its calibration, what is promised of labels, and what votes say of annotators."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

import numpy as np

from shoal_qa.domain.calibration.heldout_gold import POOL_EXCESS, calibrate_on, honest_default
from shoal_qa.domain.calibration.tempering import Tempering
from shoal_qa.domain.certificates.promises import Target, promise
from shoal_qa.domain.models import MODELS, panel_of
from shoal_qa.domain.models.panel import MOST_CLASSES, Panel, Study
from shoal_qa.domain.projects.findings import Findings, findings
from shoal_qa.domain.projects.fit import ProjectFit
from shoal_qa.domain.stopping.crowd import crowd_of
from shoal_qa.domain.votes.arrays import UNKNOWN, Floats, Ints, NamedVotes, VoteArrays, name_votes

AFRESH = 2  # what is learned slowly is learned anew when votes have grown so many times


@dataclass(frozen=True, slots=True)
class Given:
    """The votes of a project under one label schema.

    triples: (job, annotator, label), at most one per job and annotator, each annotator's in the order of time.
    gold: right answers by job. seconds: what each vote took, None where not known; empty where none is.
    """

    triples: Sequence[tuple[str, str, str]]
    gold: Mapping[str, str] = field(default_factory=dict)
    seconds: Sequence[float | None] = ()

    def times(self) -> Floats:
        """Return seconds as numbers: (votes,), NaN where not known."""
        known = self.seconds or [None] * len(self.triples)
        return np.array([np.nan if each is None else each for each in known], np.float64)


@dataclass(frozen=True, slots=True)
class Wish:
    """How a project wants its votes read: a model by name, and what is to be promised of accepted labels."""

    model: str = "auto"
    target: Target | None = None


@lru_cache(maxsize=256)
def unfitted(model: str, classes: tuple[str, ...]) -> ProjectFit:
    """Return what is believed before any vote: there is nothing yet that models could differ about."""
    votes = name_votes([], classes).votes
    if model == "majority" or len(classes) > MOST_CLASSES:
        return ProjectFit(MODELS["majority"].fit(votes), Tempering(excess=0.0), classes, [])
    return ProjectFit(MODELS["dawid-skene"].fit(votes), Tempering(), classes, [])


def fit_project(
    given: Given, classes: Sequence[str], wish: Wish, before: ProjectFit | None = None, seed: int = 0
) -> tuple[ProjectFit, Findings]:
    """Fit all votes of a project under one label schema.

    before: the fit before, from which this one starts warm where it may. Calibration and promise come from fits that
    were not told the gold answers they are measured on. seed: of the halves in which models are compared.
    """
    named = name_votes(given.triples, classes)
    known = named.gold_classes(dict(given.gold))
    like = before if before and _alike(before, named, wish.model) else None
    start = like if like and _may_start(like, named, known) else None
    named = _numbered_after(start.annotators, named) if start else named
    votes, panel = named.votes, panel_of(wish.model)
    study = panel.study(votes, known, start.fitted if start else None)
    default = _default(panel, study, votes, like, seed)
    calibration, gold = calibrate_on(study.heldout, default)
    posterior = calibration.apply(study.fitted.log_posterior(votes), votes.votes_per_task())
    promised = None
    if wish.target:
        scores = _scores(posterior, votes, known)
        promised = promise(gold, scores, wish.target, like.promise if like else None)
    crowd = crowd_of(votes, posterior, study.fitted.skill())
    afresh_at = like.afresh_at if like and _fresh(like, votes) else len(votes)
    fit = ProjectFit(study.fitted, calibration, classes, named.annotators, promised, afresh_at, crowd)
    return fit, findings(votes, known, given.times(), named.annotators, study.fitted)


def _alike(before: ProjectFit, named: NamedVotes, model: str) -> bool:
    """Tell whether the fit before was made by the same model for the same classes."""
    return before.fitted.name == model and list(before.classes) == named.classes


def _fresh(before: ProjectFit, votes: VoteArrays) -> bool:
    """Tell whether votes have not doubled since the last start from scratch: a bad start is not to last."""
    return len(votes) < AFRESH * before.afresh_at


def _may_start(before: ProjectFit, named: NamedVotes, known: Ints) -> bool:
    """Tell whether a fit may start from the one before.

    Not with gold: held-out answers would come from fits that started from one that was told them. Not when somebody
    has no votes any more.
    """
    told = bool((known != UNKNOWN).any())
    return not told and _fresh(before, named.votes) and set(before.annotators) <= set(named.annotators)


def _default(
    panel: Panel, study: Study, votes: VoteArrays, before: ProjectFit | None, seed: int
) -> Tempering:
    """Return the calibration to believe before gold.

    For a single model it is learned, at the cost of some fits, and again when votes doubled. A panel takes back most of
    what its members claim too much, so ten further fits of each would be a high price for the rest.
    """
    if len(study.fitted.members) > 1:
        return Tempering(excess=POOL_EXCESS)
    if before and _fresh(before, votes):
        return replace(before.calibration, scale=1.0, tilt=0.0, typical=1.0, gold=0)
    return honest_default(panel, study, votes, np.random.default_rng(seed))


def _numbered_after(first: Sequence[str], named: NamedVotes) -> NamedVotes:
    """Return the same votes with annotators numbered as in `first`, the others after them."""
    order = [*first, *sorted(set(named.annotators) - set(first))]
    place = {name: index for index, name in enumerate(order)}
    number = np.array([place[name] for name in named.annotators], np.int32)
    old = named.votes
    votes = VoteArrays(old.task, number[old.annotator], old.label, old.tasks, len(order), old.classes)
    return NamedVotes(votes, named.tasks, order, named.classes)


def _scores(posterior: Floats, votes: VoteArrays, known: Ints) -> Floats:
    """Return the probability of the label of each job with votes whose answer is not known: (jobs,)."""
    return np.asarray(posterior.max(axis=1)[(known == UNKNOWN) & (votes.votes_per_task() > 0)])
