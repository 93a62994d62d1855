"""Errors of labels of every kind, found with a model's predictions.

The model must not have learned from the labels that it judges (cross-validation, or an older model). Its
scores need no calibration: how often they are right is estimated from the labels themselves.
"""

from collections.abc import Sequence

import numpy as np

from shoal.answers import canonical_answer
from shoal.contracts.answers import Answer, ClassesAnswer
from shoal.contracts.label_schemas import LabelSchema
from shoal_qa.domain.label_errors.places import far_labels
from shoal_qa.domain.label_errors.presence import Prior, fit_scores
from shoal_qa.usecases.answers.differences.distances import answer_distance, tolerance_of
from shoal_qa.usecases.answers.kinds import OBJECT_KINDS
from shoal_qa.usecases.label_errors.doubts import LEAST_MISSING, Doubt
from shoal_qa.usecases.label_errors.objects import ScoredAnswer, object_errors

INVENTED = Prior(0.02, 50.0)  # share of labels with a class that does not apply


def errors_by_predictions(
    schema: LabelSchema, labels: Sequence[Answer], predictions: Sequence[ScoredAnswer | None]
) -> list[Doubt]:
    """Return the doubts about labels that have a prediction, None for those without one.

    One doubt for each object or class of a label and for each one that it may lack; of whole answers, such as
    numbers and texts, one for each label. Raises ValueError for single classes, which `find_errors` judges.
    """
    if schema.kind == "single_choice":
        raise ValueError("single classes are judged by find_errors, with a probability of each class")
    if schema.kind in OBJECT_KINDS:
        return object_errors(labels, predictions)
    judged = [
        (task, label, prediction)
        for task, (label, prediction) in enumerate(zip(labels, predictions, strict=True))
        if prediction is not None
    ]
    if schema.kind == "multi_choice":
        return _class_errors(judged)
    return _whole_errors(schema, judged)


Judged = Sequence[tuple[int, Answer, ScoredAnswer]]


def _class_errors(judged: Judged) -> list[Doubt]:
    """Return doubts about classes, each of which is a label of its own: it applies or does not."""
    choices = [_names_of(label) for _, label, _ in judged]
    scores = [
        dict(zip(_names_of(prediction.answer), prediction.scores, strict=True)) for *_, prediction in judged
    ]
    out = []
    for name in sorted(set().union(*choices, *scores)):
        is_in = np.array([name in names for names in choices], np.bool_)
        score = np.array([of_classes.get(name, 0.0) for of_classes in scores])
        applies = fit_scores(is_in, score, chance=INVENTED).right(is_in, score)
        doubt = np.where(is_in, 1 - applies, applies)
        for (task, *_), is_chosen, wrong in zip(judged, is_in.tolist(), doubt.tolist(), strict=True):
            if is_chosen:
                out.append(Doubt(task=task, error="spurious", wrong=wrong, label=name))
            elif wrong >= LEAST_MISSING:
                out.append(Doubt(task=task, error="missing", wrong=wrong, suggestion=name))
    return out


def _names_of(answer: Answer) -> tuple[str, ...]:
    assert isinstance(answer, ClassesAnswer)
    return answer.labels


def _whole_errors(schema: LabelSchema, judged: Judged) -> list[Doubt]:
    """Return doubts about whole answers, by their distance from the predictions."""
    texts = [
        (canonical_answer(label), canonical_answer(prediction.answer)) for _, label, prediction in judged
    ]
    distance = np.array([answer_distance(schema, one, other) for one, other in texts], np.float64)
    wrong = far_labels(distance, tolerance_of(schema))
    return [
        Doubt(
            task=task,
            error="answer",
            wrong=float(doubt),
            label=label,
            suggestion=prediction.answer if one != other else None,
        )
        for (task, label, prediction), doubt, (one, other) in zip(judged, wrong.tolist(), texts, strict=True)
    ]
