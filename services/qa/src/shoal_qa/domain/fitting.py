"""One fit of a project: the model, its calibration, what it says of annotators and of the project's quality."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from shoal_qa.domain.arrays import UNKNOWN, name_votes
from shoal_qa.domain.calibration import Calibration, calibrate
from shoal_qa.domain.gold import Evidence
from shoal_qa.domain.metrics import gold_accuracy, krippendorff_alpha
from shoal_qa.domain.models import MODELS
from shoal_qa.domain.models.base import Fitted, State
from shoal_qa.domain.models.dawid_skene import FittedDawidSkene
from shoal_qa.domain.skills import agreement, evidence

SKILLS_FROM = "dawid-skene"
# Without gold. Smoothed shares of votes claim no independence, so there is nothing to take back.
TEMPERATURES = {"majority": 1.0}


@dataclass(frozen=True, slots=True)
class ProjectFit:
    """What votes taught about a project's annotators; `annotators` are numbered by position."""

    fitted: Fitted
    temperature: float
    classes: Sequence[str]
    annotators: Sequence[str]

    @property
    def knows_the_crowd(self) -> bool:
        """Tell whether votes were seen: before, nobody can say what further votes could prove."""
        return bool(self.annotators)

    def numbers(self) -> dict[str, int]:
        """Return each annotator's number."""
        return {name: index for index, name in enumerate(self.annotators)}


@dataclass(frozen=True, slots=True)
class Findings:
    """What a fit says besides: annotators' evidence by name, and the project's agreement."""

    evidence: Mapping[str, Evidence]
    alpha: float | None
    gold_accuracy: float | None
    calibration: Calibration


def unfitted(model: str, classes: Sequence[str]) -> ProjectFit:
    """Return what is believed before any vote."""
    votes = name_votes([], classes).votes
    return ProjectFit(MODELS[model].fit(votes), _temperature(model, Calibration()), classes, [])


def fit_project(
    triples: Sequence[tuple[str, str, str]],
    gold: Mapping[str, str],
    classes: Sequence[str],
    model: str,
    most: int,
    rng: np.random.Generator,
) -> tuple[ProjectFit, Findings]:
    """Fit all votes of a project under one label schema.

    triples: (job, annotator, label), at most one per job and annotator. gold: right answers by job. most: votes
    that ordinary jobs have at most. Calibration comes from a fit that was not told the gold answers.
    """
    named = name_votes(triples, classes)
    votes, known = named.votes, named.known(dict(gold))
    blind = MODELS[model].fit(votes)
    calibration = calibrate(blind, votes, known, most, rng)
    told = bool((known != UNKNOWN).any())
    fitted = MODELS[model].fit(votes, known) if told else blind
    skilled = fitted if isinstance(fitted, FittedDawidSkene) else MODELS[SKILLS_FROM].fit(votes, known)
    assert isinstance(skilled, FittedDawidSkene)
    sums = agreement(votes, known, skilled.log_posterior(votes), skilled.log_confusion)
    findings = Findings(
        dict(zip(named.annotators, evidence(sums), strict=True)),
        krippendorff_alpha(votes),
        gold_accuracy(votes, known),
        calibration,
    )
    return ProjectFit(fitted, _temperature(model, calibration), classes, named.annotators), findings


def _temperature(model: str, calibration: Calibration) -> float:
    return calibration.temperature if calibration.gold else TEMPERATURES.get(model, calibration.temperature)


def state_of(fit: ProjectFit) -> tuple[str, State]:
    """Return the model's name and its arrays, to be kept."""
    return fit.fitted.name, fit.fitted.to_arrays()


def load(
    model: str, state: State, temperature: float, classes: Sequence[str], annotators: Sequence[str]
) -> ProjectFit:
    """Return the fit that `state_of` gave."""
    return ProjectFit(MODELS[model].load(state), temperature, classes, annotators)
