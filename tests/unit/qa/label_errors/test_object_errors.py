"""Errors of boxes and spans, by the predictions of simulated models, beside cleanlab's ObjectLab."""

from dataclasses import replace
from time import process_time
from typing import Any

import numpy as np
import pytest
from cleanlab.object_detection.rank import get_label_quality_scores
from sklearn.metrics import average_precision_score

from shoal.contracts.answers import Box, BoxesAnswer, Polygon, PolygonsAnswer, Span, SpansAnswer
from shoal_qa.usecases.label_errors.doubts import Doubt, ranked_doubts, wrong_tasks
from shoal_qa.usecases.label_errors.objects import ScoredAnswer, object_errors
from unit.qa.simulated_errors import MODELS, NAMES, Case, simulate_case


def objectlab_inputs(case: Case) -> tuple[list[dict[str, Any]], list[np.ndarray]]:
    """Return labels and predictions as cleanlab wants them, in pixels."""
    labels, predictions = [], []
    for label, said in zip(case.labels, case.predictions, strict=True):
        assert isinstance(label, BoxesAnswer)
        assert isinstance(said.answer, BoxesAnswer)
        ends = [(b.left, b.top, b.right, b.bottom) for b in label.boxes]
        labels.append(
            {
                "bboxes": np.array(ends).reshape(-1, 4) * 640,
                "labels": np.array([NAMES.index(b.label) for b in label.boxes], int),
            }
        )
        of_class: list[list[Any]] = [[] for _ in NAMES]
        for b, score in zip(said.answer.boxes, said.scores, strict=True):
            ends_px = [640 * end for end in (b.left, b.top, b.right, b.bottom)]
            of_class[NAMES.index(b.label)].append([*ends_px, score])
        out = np.empty(len(NAMES), object)
        out[:] = [np.array(rows).reshape(-1, 5) for rows in of_class]
        predictions.append(out)
    return labels, predictions


@pytest.mark.parametrize("name", MODELS)
def test_images_with_errors_are_found_better_than_by_objectlab(name: str) -> None:
    gains = []
    for seed in range(3):
        case = simulate_case("boxes", MODELS[name], tasks=300, seed=seed)
        bad = np.array([bool(errors) for errors in case.wrong])
        ours = wrong_tasks(object_errors(case.labels, case.predictions), len(bad))
        theirs = 1 - get_label_quality_scores(*objectlab_inputs(case), verbose=False)
        gains.append(average_precision_score(bad, ours) - average_precision_score(bad, theirs))
    assert np.mean(gains) > 0.02


def test_it_is_faster_than_objectlab() -> None:
    case = simulate_case("boxes", MODELS["good detector"], tasks=300)
    inputs = objectlab_inputs(case)
    ours = min(_seconds(lambda: object_errors(case.labels, case.predictions)) for _ in range(3))
    theirs = min(_seconds(lambda: get_label_quality_scores(*inputs, verbose=False)) for _ in range(3))
    assert ours < theirs


def _seconds(work: Any) -> float:
    start = process_time()
    work()
    return process_time() - start


@pytest.mark.parametrize("name", ["good detector", "timid scores", "loose boxes"])
def test_the_probability_that_a_label_has_an_error_holds(name: str) -> None:
    """Over ten projects; the fifths of probability are at most 9 points off on average."""
    found = []
    for seed in range(10):
        case = simulate_case("boxes", MODELS[name], tasks=200, seed=seed)
        doubt = wrong_tasks(object_errors(case.labels, case.predictions), len(case.labels))
        found.append((doubt, [bool(errors) for errors in case.wrong]))
    p, bad = (np.concatenate(parts) for parts in zip(*found, strict=True))
    band = np.minimum((p * 5).astype(int), 4)
    gaps = [abs(p[band == b].mean() - bad[band == b].mean()) * (band == b).mean() for b in range(5)]
    assert sum(gaps) < 0.09
    assert 0.45 * bad.sum() < p.sum() < 1.2 * bad.sum()


@pytest.mark.parametrize("kind", ["boxes", "spans"])
def test_the_first_doubts_name_the_error(kind: str) -> None:
    case = simulate_case(kind, MODELS["good detector"], tasks=600)
    doubts = ranked_doubts(object_errors(case.labels, case.predictions))
    first = doubts[: sum(len(errors) for errors in case.wrong) // 3]
    hits = [doubt.error in case.wrong[doubt.task] for doubt in first]
    assert np.mean(hits) > 0.65


def box(label: str, left: float, top: float, right: float, bottom: float) -> Box:
    return Box(label=label, left=left, top=top, right=right, bottom=bottom)


def boxes(*objects: Box) -> BoxesAnswer:
    return BoxesAnswer(width=100, height=100, boxes=objects)


CAT, DOG = box("cat", 0.1, 0.1, 0.4, 0.4), box("dog", 0.5, 0.5, 0.9, 0.9)


def judged(label: BoxesAnswer, said: BoxesAnswer, scores: list[float]) -> list[Doubt]:
    """Return the doubts about one label beside forty right ones."""
    labels = [boxes(CAT, DOG)] * 40 + [label]
    right = ScoredAnswer(answer=boxes(CAT, DOG), scores=[0.95, 0.9])
    found = object_errors(labels, [right] * 40 + [ScoredAnswer(answer=said, scores=scores)])
    return [doubt for doubt in ranked_doubts(found) if doubt.task == 40]


def test_each_kind_of_error_is_named_with_a_better_object() -> None:
    whole = boxes(CAT, DOG)
    missing = judged(boxes(CAT), whole, [0.95, 0.9])[0]
    assert (missing.error, missing.part, missing.suggestion) == ("missing", None, DOG)
    swapped = judged(boxes(CAT, DOG.model_copy(update={"label": "cat"})), whole, [0.95, 0.9])[0]
    assert (swapped.error, swapped.part, swapped.suggestion) == ("class", 1, DOG)
    moved = judged(boxes(CAT, box("dog", 0.5, 0.5, 0.9, 0.65)), whole, [0.95, 0.9])[0]
    assert (moved.error, moved.part, moved.suggestion) == ("place", 1, DOG)
    extra = box("cat", 0.6, 0.05, 0.8, 0.3)
    spurious = next(d for d in judged(boxes(CAT, DOG, extra), whole, [0.95, 0.9]) if d.part == 2)
    assert (spurious.error, spurious.label, spurious.suggestion) == ("spurious", extra, None)
    assert min(d.wrong for d in (missing, swapped, moved)) > 0.5


def test_a_second_box_and_a_second_class_of_a_labelled_object_are_no_missing_objects() -> None:
    again = box("cat", 0.12, 0.12, 0.42, 0.42)
    fox = CAT.model_copy(update={"label": "fox"})
    doubts = judged(boxes(CAT, DOG), boxes(CAT, DOG, again, fox), [0.95, 0.9, 0.8, 0.3])
    assert {doubt.error for doubt in doubts if doubt.part is None} == set()
    assert max(doubt.wrong for doubt in doubts) < 0.1


def test_labels_without_a_prediction_are_not_judged_and_empty_ones_are() -> None:
    said = ScoredAnswer(answer=boxes(CAT), scores=[0.9])
    doubts = object_errors([boxes(CAT), boxes(CAT), boxes()], [said, None, said])
    assert sorted({doubt.task for doubt in doubts}) == [0, 2]
    assert object_errors([boxes()], [ScoredAnswer(answer=boxes(), scores=[])]) == []
    assert object_errors([boxes(CAT)], [None]) == []


def test_outlines_and_spans_have_the_same_errors() -> None:
    def outline(item: Box) -> Polygon:
        ends = (
            (item.left, item.top),
            (item.right, item.top),
            (item.right, item.bottom),
            (item.left, item.bottom),
        )
        return Polygon(label=item.label, points=ends)

    whole = PolygonsAnswer(width=9, height=9, polygons=(outline(CAT), outline(DOG)))
    part = whole.model_copy(update={"polygons": (outline(CAT),)})
    said = ScoredAnswer(answer=whole, scores=[0.95, 0.9])
    first = ranked_doubts(object_errors([whole] * 20 + [part], [said] * 21))[0]
    assert (first.task, first.error, first.suggestion) == (20, "missing", outline(DOG))
    span = Span(label="name", start=3, end=9, text="")
    text = SpansAnswer(spans=(span,))
    other = SpansAnswer(spans=(span.model_copy(update={"label": "place"}),))
    sure = ScoredAnswer(answer=text, scores=[0.97])
    first = ranked_doubts(object_errors([text] * 20 + [other], [sure] * 21))[0]
    assert (first.task, first.error, first.suggestion) == (20, "class", span)


def test_the_order_of_objects_and_tasks_changes_nothing() -> None:
    case = simulate_case("boxes", MODELS["weak detector"], tasks=60)
    doubts = object_errors(case.labels, case.predictions)
    turned = [
        replace(
            said,
            answer=said.answer.model_copy(update={"boxes": said.answer.boxes[::-1]}),  # type: ignore[union-attr]
            scores=list(said.scores)[::-1],
        )
        for said in case.predictions
    ]
    again = object_errors(case.labels[::-1], turned[::-1])
    one = sorted((doubt.task, doubt.error, round(doubt.wrong, 9)) for doubt in doubts)
    other = sorted((59 - doubt.task, doubt.error, round(doubt.wrong, 9)) for doubt in again)
    assert one == other
