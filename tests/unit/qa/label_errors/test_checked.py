"""With labels that were checked, the promised probability of an error holds within 3 points."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pytest
from sklearn.metrics import average_precision_score

from shoal.answers import canonical_answer
from shoal.contracts.answers import Answer
from shoal_qa.usecases.answers.differences.distances import answer_distance, tolerance_of
from shoal_qa.usecases.answers.differences.overlaps import object_overlaps
from shoal_qa.usecases.answers.kinds import OBJECT_KINDS
from shoal_qa.usecases.label_errors.by_predictions import errors_by_predictions
from shoal_qa.usecases.label_errors.by_votes import errors_by_votes
from shoal_qa.usecases.label_errors.checked import CheckedDoubts, calibrate_doubts
from shoal_qa.usecases.label_errors.doubts import Doubt
from unit.qa.label_errors.test_by_votes import judged_labels
from unit.qa.simulated_errors import MODELS, Case, Model, simulate_case
from unit.qa.simulated_parts import number_case, set_case

CHECKED = 150  # labels with gold
MODEL_KINDS = {**MODELS, "bold scores": Model(sure=6.0, spread=4.0, confused=0.12)}


def calibration_error(p: np.ndarray, y: np.ndarray, bins: int = 10) -> float:
    """Return the expected calibration error, over bins of equal width."""
    of_bin = np.minimum((p * bins).astype(int), bins - 1)
    parts = [np.flatnonzero(of_bin == number) for number in range(bins)]
    return float(
        sum(abs(p[part].mean() - y[part].mean()) * len(part) for part in parts if len(part)) / len(p)
    )


def is_error(case: Case, doubt: Doubt) -> bool:
    """Return whether a doubt is about an error that was made."""
    label, truth = case.labels[doubt.task], case.truth[doubt.task]
    if case.schema.kind == "multi_choice":
        name = doubt.suggestion if doubt.error == "missing" else doubt.label
        return (name in label.labels) != (name in truth.labels)  # type: ignore[union-attr]
    if case.schema.kind not in OBJECT_KINDS:
        distance = answer_distance(case.schema, canonical_answer(label), canonical_answer(truth))
        return distance > tolerance_of(case.schema)
    if doubt.part is not None:
        return doubt.part in case.parts[doubt.task]
    lacking = case.lacking[doubt.task]
    overlap = object_overlaps(case.schema.kind, [doubt.suggestion, *lacking])[0, 1:]
    return bool((overlap >= 0.5).any())


def checked_case(case: Case, gold: int = CHECKED) -> tuple[CheckedDoubts, np.ndarray, np.ndarray]:
    """Return all doubts; of those about labels without gold the probability, and whether they are errors."""
    doubts = errors_by_predictions(case.schema, case.labels, case.predictions)
    checked = calibrate_doubts(case.schema, case.labels, doubts, dict(enumerate(case.truth[:gold])))
    rest = [doubt for doubt in checked.doubts if doubt.task >= gold]
    return (
        checked,
        np.array([doubt.wrong for doubt in rest]),
        np.array([is_error(case, doubt) for doubt in rest]),
    )


def pooled(cases: Sequence[Case]) -> tuple[np.ndarray, np.ndarray]:
    parts = [checked_case(case)[1:] for case in cases]
    p, y = (np.concatenate(part) for part in zip(*parts, strict=True))
    return p, y


def assert_promise_holds(p: np.ndarray, y: np.ndarray) -> None:
    assert calibration_error(p, y) < 0.03
    assert p.sum() == pytest.approx(y.sum(), rel=0.35)


@pytest.mark.parametrize("rate", [0.02, 0.08, 0.2])
@pytest.mark.parametrize("name", ["good detector", "timid scores", "bold scores", "weak detector"])
def test_errors_of_boxes(name: str, rate: float) -> None:
    assert_promise_holds(
        *pooled([simulate_case("boxes", MODEL_KINDS[name], rate=rate, tasks=500, seed=s) for s in range(3)])
    )


@pytest.mark.parametrize("rate", [0.02, 0.08, 0.2])
@pytest.mark.parametrize("name", ["good detector", "weak detector"])
def test_errors_of_spans(name: str, rate: float) -> None:
    assert_promise_holds(
        *pooled([simulate_case("spans", MODEL_KINDS[name], rate=rate, tasks=500, seed=s) for s in range(3)])
    )


@pytest.mark.parametrize("kind", ["boxes", "spans"])
def test_errors_of_objects_whose_classes_are_imbalanced(kind: str) -> None:
    """The most frequent class is 128 times as frequent as the rarest one."""
    cases = [simulate_case(kind, MODELS["good detector"], tasks=500, seed=s, skew=2.0) for s in range(3)]
    p, y = pooled(cases)
    assert calibration_error(p, y) < 0.03
    assert p.sum() == pytest.approx(y.sum(), rel=0.5)  # the checked labels happen to be worse than the others


@pytest.mark.parametrize("rate", [0.02, 0.08, 0.2])
def test_errors_of_sets_and_numbers(rate: float) -> None:
    assert_promise_holds(*pooled([set_case(seed, rate=rate) for seed in range(4)]))
    assert_promise_holds(*pooled([number_case(seed, rate=rate) for seed in range(8)]))


class TestWhatTwoSourcesCannotTell:
    """A model that makes the labels' errors as well."""

    @staticmethod
    def shared(share: float) -> Case:
        """Return numbers, 10 % of them wrong; the model repeats a share of the errors."""
        case = number_case(0, labels=2000, rate=0.1, loose=2.0)
        rng = np.random.default_rng(1)
        for at, (label, truth) in enumerate(zip(case.labels, case.truth, strict=True)):
            if label != truth and rng.random() < share:
                said = case.predictions[at]
                case.predictions[at] = type(said)(answer=label)
        return case

    def test_without_gold_shared_errors_are_not_seen(self) -> None:
        case = self.shared(0.8)
        doubts = errors_by_predictions(case.schema, case.labels, case.predictions)
        wrong = sum(is_error(case, doubt) for doubt in doubts)
        assert sum(doubt.wrong for doubt in doubts) < 0.5 * wrong

    def test_with_gold_their_number_is_right(self) -> None:
        checked, p, y = checked_case(self.shared(0.8), gold=400)
        assert p.sum() == pytest.approx(y.sum(), rel=0.35)
        assert calibration_error(p, y) < 0.03
        assert checked.unseen == 0.0


def test_what_labels_lack_and_no_doubt_names_is_counted_on_checked_labels() -> None:
    model = Model(missed=0.5)
    case = simulate_case("boxes", model, tasks=800, rate=0.2)
    checked, *_ = checked_case(case, gold=400)
    named = [doubt for doubt in checked.doubts if doubt.error == "missing" and is_error(case, doubt)]
    unseen = sum(map(len, case.lacking)) - len(named)
    assert checked.unseen * len(case.labels) == pytest.approx(unseen, rel=0.3)
    assert unseen > 50


def test_checked_labels_are_certain_and_without_gold_nothing_changes() -> None:
    case = set_case(3)
    doubts = errors_by_predictions(case.schema, case.labels, case.predictions)
    assert calibrate_doubts(case.schema, case.labels, doubts, {}).doubts == doubts
    checked = calibrate_doubts(case.schema, case.labels, doubts, {7: case.truth[7], 8: case.truth[8]}).doubts
    sure = [doubt for doubt in checked if doubt.task in (7, 8)]
    assert sure
    assert all(doubt.wrong == float(is_error(case, doubt)) for doubt in sure)


@pytest.mark.parametrize(
    "make", [lambda seed: simulate_case("boxes", MODELS["timid scores"], seed=seed), set_case]
)
def test_the_ranking_hardly_changes(make: Any) -> None:
    gains = []
    for seed in range(3):
        case = make(seed)
        _, p, y = checked_case(case)
        doubts = errors_by_predictions(case.schema, case.labels, case.predictions)
        raw = np.array([doubt.wrong for doubt in doubts if doubt.task >= CHECKED])
        gains.append(average_precision_score(y, p) - average_precision_score(y, raw))
    assert np.mean(gains) > -0.02


@pytest.mark.parametrize("kind", ["multi_choice", "boxes", "spans", "ranking", "pair", "number", "text"])
def test_errors_that_votes_show(kind: str) -> None:
    p, y = [], []
    for seed in range(2 if kind in ("boxes", "spans") else 4):
        schema, labels, _, truths = judged_labels(kind, jobs=400, seed=seed)
        doubts = errors_by_votes(schema, labels, annotators=20)
        answers = [one.label for one in labels]
        gold = dict(enumerate(truths))
        some: Mapping[int, Answer] = {task: gold[task] for task in range(CHECKED)}
        checked = calibrate_doubts(schema, answers, doubts, some).doubts
        known = calibrate_doubts(schema, answers, doubts, gold).doubts
        rest = [row for row, doubt in enumerate(doubts) if doubt.task >= CHECKED]
        p += [checked[row].wrong for row in rest]
        y += [known[row].wrong for row in rest]
    assert calibration_error(np.array(p), np.array(y)) < 0.03
