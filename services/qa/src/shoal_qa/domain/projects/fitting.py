"""The fit of a project: the panel of models, its calibration, the promise about labels, and findings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

import numpy as np

from shoal_qa.domain.calibration.heldout_gold import POOL_EXCESS, calibrate_on, honest_default
from shoal_qa.domain.calibration.tempering import Tempering
from shoal_qa.domain.certificates.promises import Target, promise
from shoal_qa.domain.models import MODELS, panel_of
from shoal_qa.domain.models.panel import MOST_CLASSES, Panel, Study
from shoal_qa.domain.projects.findings import Findings, findings_of
from shoal_qa.domain.projects.fit import ProjectFit
from shoal_qa.domain.stopping.crowd import crowd_of
from shoal_qa.domain.votes.arrays import UNKNOWN, Floats, Ints, NamedVotes, VoteArrays, name_votes

RESTART_GROWTH = 2  # a fit starts from scratch when votes have grown by this factor since the last such fit


@dataclass(frozen=True, slots=True)
class ProjectVotes:
    """The votes of a project under one label schema.

    triples: (job, annotator, label), at most one per job and annotator, those of one annotator in order of
    time.
    gold: right answers by job. seconds: how long each vote took, None if unknown; empty if all are unknown.
    """

    triples: Sequence[tuple[str, str, str]]
    gold: Mapping[str, str] = field(default_factory=dict)
    seconds: Sequence[float | None] = ()

    def times(self) -> Floats:
        """Return seconds as an array: (votes,), NaN if unknown."""
        seconds = self.seconds or [None] * len(self.triples)
        return np.array([np.nan if value is None else value for value in seconds], np.float64)


@dataclass(frozen=True, slots=True)
class FitOptions:
    """Options of a project's fit: the model's name, and the target precision of accepted labels."""

    model: str = "auto"
    target: Target | None = None


@lru_cache(maxsize=256)
def fit_without_votes(model: str, classes: tuple[str, ...]) -> ProjectFit:
    """Return the fit before the first vote: a single model, since a panel would have nothing to compare."""
    votes = name_votes([], classes).votes
    simple = model == "majority" or len(classes) > MOST_CLASSES
    fitted = MODELS["majority" if simple else "dawid-skene"].fit(votes)
    calibration = Tempering(excess=0.0) if simple else Tempering()
    return ProjectFit(fitted=fitted, calibration=calibration, classes=classes, annotators=[])


def fit_project(
    project_votes: ProjectVotes,
    classes: Sequence[str],
    options: FitOptions,
    before: ProjectFit | None = None,
    *,
    seed: int = 0,
) -> tuple[ProjectFit, Findings]:
    """Fit all votes of a project under one label schema.

    before: the previous fit, from which this one starts if it may. Calibration and promise come from fits
    that did not use the gold answers they are measured on. seed: of the random halves on which models are
    compared.
    """
    named = name_votes(project_votes.triples, classes)
    gold = named.gold_classes(dict(project_votes.gold))
    compatible = before if before and _is_compatible(before, named, options.model) else None
    start = compatible if compatible and _may_start(compatible, named, gold) else None
    named = _numbered_after(start.annotators, named) if start else named
    votes, panel = named.votes, panel_of(options.model)
    study = panel.study(votes, gold, start.fitted if start else None)
    default = _default_calibration(panel, study, votes, before=compatible, seed=seed)
    calibration, heldout = calibrate_on(study.heldout, default)
    posterior = calibration.apply(study.fitted.log_posterior(votes), votes.votes_per_task())
    promised = None
    if options.target:
        probabilities = _label_probabilities(posterior, votes, gold)
        promised = promise(heldout, probabilities, options.target, compatible.promise if compatible else None)
    crowd = crowd_of(votes, posterior, study.fitted.skill())
    afresh_at = compatible.afresh_at if compatible and _is_fresh(compatible, votes) else len(votes)
    fit = ProjectFit(
        fitted=study.fitted,
        calibration=calibration,
        classes=classes,
        annotators=named.annotators,
        promise=promised,
        afresh_at=afresh_at,
        crowd=crowd,
    )
    findings = findings_of(
        votes,
        gold,
        seconds=project_votes.times(),
        annotators=named.annotators,
        fitted=study.fitted,
    )
    return fit, findings


def _is_compatible(before: ProjectFit, named: NamedVotes, model: str) -> bool:
    """Return whether the previous fit has the same model and classes."""
    return before.fitted.name == model and list(before.classes) == named.classes


def _is_fresh(before: ProjectFit, votes: VoteArrays) -> bool:
    """Return whether votes have not doubled since the last fit from scratch: a bad start must not last."""
    return len(votes) < RESTART_GROWTH * before.afresh_at


def _may_start(before: ProjectFit, named: NamedVotes, gold: Ints) -> bool:
    """Return whether a fit may start from the previous one.

    Not with gold: held-out answers would come from fits that started from one that used them. Not after all
    votes of an annotator were deleted.
    """
    has_gold = bool((gold != UNKNOWN).any())
    return not has_gold and _is_fresh(before, named.votes) and set(before.annotators) <= set(named.annotators)


def _default_calibration(
    panel: Panel, study: Study, votes: VoteArrays, *, before: ProjectFit | None, seed: int
) -> Tempering:
    """Return the calibration to use before gold.

    For a single model it is learned, at the cost of some fits, and again when votes doubled. A panel corrects
    most of its members' overconfidence, so ten further fits of each member would cost more than they improve.
    """
    if len(study.fitted.members) > 1:
        return Tempering(excess=POOL_EXCESS)
    if before and _is_fresh(before, votes):
        return replace(before.calibration, scale=1.0, tilt=0.0, typical=1.0, gold=0)
    return honest_default(panel, study, votes, np.random.default_rng(seed))


def _numbered_after(first: Sequence[str], named: NamedVotes) -> NamedVotes:
    """Return the votes with annotators numbered as in `first`, followed by the others."""
    order = [*first, *sorted(set(named.annotators) - set(first))]
    number_by_name = {name: index for index, name in enumerate(order)}
    number = np.array([number_by_name[name] for name in named.annotators], np.int32)
    old = named.votes
    votes = VoteArrays(
        task=old.task,
        annotator=number[old.annotator],
        label=old.label,
        tasks=old.tasks,
        annotators=len(order),
        classes=old.classes,
    )
    return NamedVotes(votes, named.tasks, order, named.classes)


def _label_probabilities(posterior: Floats, votes: VoteArrays, gold: Ints) -> Floats:
    """Return the probability of the label of each job with votes and without gold: (jobs,)."""
    return np.asarray(posterior.max(axis=1)[(gold == UNKNOWN) & (votes.votes_per_task() > 0)])
