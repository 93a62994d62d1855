"""Labels of sets of classes and of numbers with known errors, and the predictions of a simulated model."""

import numpy as np
from numpy.typing import NDArray

from shoal.contracts.answers import Answer, ClassesAnswer, NumberAnswer
from shoal.contracts.label_schemas import LabelClass, MultiChoiceSchema, NumberSchema
from shoal_qa.usecases.label_errors.objects import ScoredAnswer
from unit.qa.simulated_errors import Case

FISH = ("cod", "eel", "ray", "tuna")


def set_case(seed: int, labels: int = 500, rate: float = 0.04) -> Case:
    """Return sets, of whose classes `rate` are added or left out; scores are bold or timid by class."""
    rng = np.random.default_rng(seed)
    truth = rng.random((labels, 4)) < [0.5, 0.3, 0.2, 0.1]
    given = truth ^ (rng.random(truth.shape) < rate)
    logit = np.where(truth, 1.5, -1.5) + 1.6 * rng.normal(size=truth.shape) + [0.0, 1.0, -1.0, 0.0]
    scores = 1 / (1 + np.exp(-logit))
    return Case(
        schema=MultiChoiceSchema(classes=tuple(LabelClass(name=name) for name in FISH)),
        labels=_sets_of(given),
        truth=_sets_of(truth),
        predictions=[ScoredAnswer(answer=ClassesAnswer(labels=FISH), scores=row) for row in scores.tolist()],
        wrong=[["class"] * int(count) for count in (truth != given).sum(axis=1)],
    )


def _sets_of(rows: NDArray[np.bool_]) -> list[Answer]:
    return [
        ClassesAnswer(labels=tuple(name for name, is_in in zip(FISH, row, strict=True) if is_in))
        for row in rows.tolist()
    ]


def number_case(seed: int, labels: int = 500, rate: float = 0.06, loose: float = 4.0) -> Case:
    """Return numbers, `rate` of them 5 to 40 off, and predictions that are usually `loose` off."""
    rng = np.random.default_rng(seed)
    truth = rng.uniform(80, 120, labels)
    bad = rng.random(labels) < rate
    off = rng.choice([-1, 1], labels) * rng.uniform(5, 40, labels)
    given, predicted = truth + bad * off, truth + rng.normal(0, loose, labels)
    return Case(
        schema=NumberSchema(low=0, high=200),
        labels=[NumberAnswer(value=value) for value in given.tolist()],
        truth=[NumberAnswer(value=value) for value in truth.tolist()],
        predictions=[ScoredAnswer(answer=NumberAnswer(value=value)) for value in predicted.tolist()],
        wrong=[["answer"] * is_bad for is_bad in bad.tolist()],
    )
