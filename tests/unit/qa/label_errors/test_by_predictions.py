"""Errors of sets of classes, numbers, texts and rankings, by a model's predictions."""

import numpy as np
import pytest
from cleanlab.multilabel_classification import get_label_quality_scores
from cleanlab.regression.rank import get_label_quality_scores as regression_scores
from sklearn.metrics import average_precision_score

from shoal.contracts.answers import RankingAnswer, TextAnswer
from shoal.contracts.label_schemas import (
    LabelClass,
    RankingSchema,
    SingleChoiceSchema,
    TextSchema,
)
from shoal_qa.usecases.label_errors.by_predictions import errors_by_predictions
from shoal_qa.usecases.label_errors.doubts import ranked_doubts, wrong_tasks
from shoal_qa.usecases.label_errors.objects import ScoredAnswer
from unit.qa.simulated_parts import FISH, number_case, set_case


def test_wrong_sets_are_found_better_than_by_cleanlab() -> None:
    gains = []
    for seed in range(6):
        case = set_case(seed)
        bad = np.array([bool(errors) for errors in case.wrong])
        doubts = errors_by_predictions(case.schema, case.labels, case.predictions)
        given = [[FISH.index(name) for name in label.labels] for label in case.labels]  # type: ignore[union-attr]
        theirs = 1 - get_label_quality_scores(given, np.array([said.scores for said in case.predictions]))
        gains.append(
            average_precision_score(bad, wrong_tasks(doubts, 500)) - average_precision_score(bad, theirs)
        )
        first = ranked_doubts(doubts)[0]
        name = first.suggestion if first.error == "missing" else first.label
        assert (FISH.index(name) in given[first.task]) == (first.error == "spurious")
    assert np.mean(gains) > 0.0


def test_numbers_too_far_off_come_first_as_often_as_by_cleanlab() -> None:
    ours, theirs = [], []
    for seed in range(5):
        case = number_case(seed)
        bad = np.array([bool(errors) for errors in case.wrong])
        doubts = errors_by_predictions(case.schema, case.labels, case.predictions)
        doubt = wrong_tasks(doubts, len(bad))
        given = np.array([label.value for label in case.labels])  # type: ignore[union-attr]
        predicted = np.array([one.answer.value for one in case.predictions])  # type: ignore[union-attr]
        ours.append(average_precision_score(bad, doubt))
        theirs.append(average_precision_score(bad, 1 - regression_scores(given, predicted)))
        assert doubt.sum() == pytest.approx(bad.sum(), rel=0.6)
        assert doubts[0].suggestion == case.predictions[0].answer
    assert np.mean(ours) > np.mean(theirs) - 0.01
    assert np.mean(ours) > 0.85


def test_texts_and_rankings_far_from_the_prediction_come_first() -> None:
    texts = ["the net is full of cod", "a shoal of eel by the reef"]
    labels = [TextAnswer(text=texts[at % 2]) for at in range(40)]
    labels[7] = TextAnswer(text="nothing of the kind")
    said = [ScoredAnswer(answer=TextAnswer(text=texts[at % 2])) for at in range(40)]
    first = ranked_doubts(errors_by_predictions(TextSchema(), labels, said))[0]
    assert (first.task, first.error, first.suggestion) == (7, "answer", said[7].answer)
    order = RankingAnswer(order=(("a",), ("b",), ("c",)))
    orders = [order] * 30 + [RankingAnswer(order=(("c",), ("b",), ("a",)))]
    first = ranked_doubts(errors_by_predictions(RankingSchema(), orders, [ScoredAnswer(answer=order)] * 31))[
        0
    ]
    assert (first.task, first.suggestion) == (30, order)
    assert first.wrong > 0.5


def test_single_classes_are_refused() -> None:
    schema = SingleChoiceSchema(classes=(LabelClass(name="cod"), LabelClass(name="eel")))
    with pytest.raises(ValueError, match="find_errors"):
        errors_by_predictions(schema, [], [])
