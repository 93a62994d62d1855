"""One fit of a project: the panel, its calibration, what is promised of labels, and what votes say of annotators."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np

from shoal_qa.domain.arrays import UNKNOWN, Floats, Ints, Named, VoteArrays, name_votes
from shoal_qa.domain.calibration import Calibration, temper
from shoal_qa.domain.consensus import calibrate_on
from shoal_qa.domain.findings import SKILLS_FROM, Findings, findings
from shoal_qa.domain.models import MODELS
from shoal_qa.domain.models.pool import FittedPool
from shoal_qa.domain.project_fit import ProjectFit, panel_of
from shoal_qa.domain.promises import Promise, Target, promise

# Without gold. Shares of votes claim no independence, so there is nothing to take back. A pool is as unsure as its
# members are at odds: at 2 to 40 votes a task, public sets need a temperature of 0.8 to 1.7, in the middle 1.3.
TEMPERATURES = {"majority": 1.0, "weighted-average": 1.0, "auto": 1.3}
AFRESH = 2  # a fit starts from scratch when votes have grown so many times since one did


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
    chosen = model if model == "majority" else SKILLS_FROM
    votes = name_votes([], classes).votes
    return ProjectFit(MODELS[chosen].fit(votes), _temperature(chosen, Calibration()), classes, [])


def fit_project(
    given: Given, classes: Sequence[str], wish: Wish, before: ProjectFit | None = None
) -> tuple[ProjectFit, Findings]:
    """Fit all votes of a project under one label schema.

    before: the fit before, from which this one starts warm where it may. Calibration and promise come from fits that
    were not told the gold answers they are measured on.
    """
    named = name_votes(given.triples, classes)
    known = named.known(dict(given.gold))
    start = before if before and _may_start(before, named, known, wish.model) else None
    named = _numbered_after(start.annotators, named) if start else named
    votes = named.votes
    study = panel_of(wish.model).study(votes, known, start.fitted if start else None)
    calibration, gold = calibrate_on(study.heldout)
    temperature = _temperature(wish.model, calibration)
    promised = None
    if wish.target:
        scores = _scores(study.fitted, temperature, votes, known)
        promised = promise(gold, scores, wish.target, _promise_before(before, wish.model))
    afresh_at = start.afresh_at if start else len(votes)
    fit = ProjectFit(study.fitted, temperature, classes, named.annotators, promised, afresh_at)
    return fit, findings(votes, known, given.times(), named.annotators, study.fitted)


def _may_start(before: ProjectFit, named: Named, known: Ints, model: str) -> bool:
    """Tell whether a fit may start from the one before.

    Not with gold: held-out answers would come from fits that started from one that was told them. Not when somebody
    has no votes any more, nor when votes have doubled since the last start from scratch: a bad start is not to last.
    """
    return (
        before.fitted.name == model
        and list(before.classes) == named.classes
        and not (known != UNKNOWN).any()
        and set(before.annotators) <= set(named.annotators)
        and len(named.votes) < AFRESH * before.afresh_at
    )


def _numbered_after(first: Sequence[str], named: Named) -> Named:
    """Return the same votes with annotators numbered as in `first`, the others after them."""
    order = [*first, *sorted(set(named.annotators) - set(first))]
    place = {name: index for index, name in enumerate(order)}
    number = np.array([place[name] for name in named.annotators], np.int32)
    old = named.votes
    votes = VoteArrays(old.task, number[old.annotator], old.label, old.tasks, len(order), old.classes)
    return Named(votes, named.tasks, order, named.classes)


def _temperature(model: str, calibration: Calibration) -> float:
    return calibration.temperature if calibration.gold else TEMPERATURES.get(model, calibration.temperature)


def _scores(fitted: FittedPool, temperature: float, votes: VoteArrays, known: Ints) -> Floats:
    """Return the probability of the label of each job with votes whose answer is not known: (jobs,)."""
    asked = (known == UNKNOWN) & (votes.votes_per_task() > 0)
    return np.asarray(temper(fitted.log_posterior(votes), temperature).max(axis=1)[asked])


def _promise_before(before: ProjectFit | None, model: str) -> Promise | None:
    return before.promise if before and before.fitted.name == model else None
