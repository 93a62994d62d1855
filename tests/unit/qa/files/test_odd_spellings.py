"""Answers in another spelling: read as meant, refused with the form, or named in a warning."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from shoal.files.errors import BadInput
from shoal_qa.usecases.files.texts.unreadable import unreadable_answers
from shoal_qa.usecases.files.texts.written_answers import read_written
from unit.qa.fileskit import rows_of, run, write

NFC, NFD = "caf\u00e9", "cafe\u0301"


def votes(*answers: Sequence[str]) -> None:
    rows = [(f"t{task}", who, answer) for task, row in enumerate(answers) for who, answer in enumerate(row)]
    write("votes.csv", "task,worker,label", rows)


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_orders_are_read_from_both_sides_and_a_draw_is_a_tie() -> None:
    orders = read_written("ranking", ["a > b = c", "b = c < a"], str).answers
    assert orders[0] == orders[1]
    choices = read_written("pair", ["a", "b < a", "draw", "=="], str).answers
    assert [answer.choice for answer in choices] == ["a", "a", None, None]


@pytest.mark.parametrize(
    ("shape", "text", "detail"),
    [
        ("number", "1_0", "is not a number"),
        ("rating", "\u0664", "is not a number"),
        ("pair", '{"winner": "a"}', "is a JSON object, and no choice"),
        ("pair", "a > b < c", "has both > and <"),
        ("ranking", '{"a": 1, "b": 2}', "is a JSON object, and no order"),
        ("multi", '{"cod": true}', "is no list of names"),
        ("multi", "[cod, eel]", "is no list of names"),
        ("multi", '["cod", null]', "is no list of names"),
        ("polygons", '[[0, 0], [1, 1], [3, 3], "cod"]', "has no area: its points are on a line"),
        ("boxes", "[[0, 0, 1, 1, true]]", "needs one class after its numbers"),
    ],
)
def test_an_answer_in_another_form_is_refused_and_never_taken_for_a_name(
    shape: str, text: str, detail: str
) -> None:
    assert detail in unreadable_answers(shape, [text])[0].detail


def test_names_in_brackets_are_classes_and_empty_python_sets_are_no_class() -> None:
    answers = read_written("multi", ["[UNK]|cod", "set()", "()", "[]"], str).answers
    assert [answer.labels for answer in answers] == [("[UNK]", "cod"), (), (), ()]


def test_another_separator_than_that_of_the_file_is_named_with_its_votes() -> None:
    votes(["cod|eel", "cod|eel", "cod+eel"], ["cod|eel", "cod+eel", "eel"])
    code, _, told = run("agreement", "--votes", "votes.csv", "--shape", "multi")
    assert code == 0
    assert "label has 'cod+eel' (2), which counts as one class: if it is cod and eel" in told


def test_candidates_that_look_alike_or_may_be_ties_are_named() -> None:
    votes(["A", "b", "b"], [NFC, NFD, NFC], ["a", "both", "a"])
    code, _, told = run("agreement", "--votes", "votes.csv", "--shape", "pair")
    assert code == 0
    assert (
        "'A' (1) and 'a' (2) differ by case only; 'cafe\\u0301' (1) and 'caf\\xe9' (2) differ by Unicode"
        in told
    )
    assert "label has 'both' (1), which counts as a candidate: write = if it is a tie" in told


def test_orders_with_another_sign_are_refused_with_their_line() -> None:
    votes(["a > b", "b > a"], ["a,b", "b,a"])
    code, _, told = run("consensus", "--votes", "votes.csv", "--shape", "ranking", "--output", "o.csv")
    assert code == 2
    assert "votes.csv, line 4: 'a,b' on task 't1' names one candidate, which is no order" in told


def test_texts_that_differ_by_their_unicode_form_only_agree() -> None:
    votes([NFC, NFD], ["cat", "cat"], [NFD, NFC], ["a cow", "a cow"])
    code, out, _ = run("agreement", "--votes", "votes.csv", "--shape", "text", "--format", "json")
    assert code == 0
    assert json.loads(out)["alpha"] == 1


def test_the_spelling_of_most_votes_is_that_of_joined_classes() -> None:
    votes(*[["cod", "cod", "cod"]] * 3, ["Cod|eel", "Cod|ray", "cod"])
    code, _, _ = run(
        "consensus", "--votes", "votes.csv", "--shape", "multi", "--join-spellings", "--output", "o.csv"
    )
    assert code == 0
    assert {row["label"] for row in rows_of("o.csv")} == {"cod"}


def test_a_class_with_two_scores_is_refused() -> None:
    faults = unreadable_answers("multi", ['{"cod": 0.9, "cod": 0.1}'], scored=True)
    assert "names 'cod' twice" in faults[0].detail
    with pytest.raises(BadInput):
        raise faults[0]


def test_an_annotator_whose_boxes_are_elsewhere_is_named() -> None:
    boxes = [[10 + t, 12, 60 + t, 90] for t in range(6)]
    answers = [json.dumps([[*box, "cod"]]) for box in boxes]
    moved = [json.dumps([[9 * left, 12, 9 * left + right, 90, "cod"]]) for left, _, right, _ in boxes]
    votes(*([answer, answer, other] for answer, other in zip(answers, moved, strict=True)))
    code, _, told = run("agreement", "--votes", "votes.csv", "--shape", "boxes")
    assert code == 0
    assert "boxes of '2' overlap those of others by 0.00, where 1.00 is usual" in told


def judged(shape: str, labels: Sequence[str], predictions: Sequence[str]) -> tuple[int, str]:
    for name, answers in (("labels", labels), ("predictions", predictions)):
        write(f"{name}.csv", "task,label", [(f"t{task:02}", answer) for task, answer in enumerate(answers)])
    files = ("--labels", "labels.csv", "--predictions", "predictions.csv", "--output", "e.csv")
    code, _, told = run("label-errors", "--shape", shape, *files)
    return code, told


@pytest.mark.parametrize(("shape", "one", "other"), [("pair", "a", "="), ("rating", "4", "2")])
def test_a_pair_or_rating_that_differs_from_its_prediction_may_be_wrong(
    shape: str, one: str, other: str
) -> None:
    code, told = judged(shape, [one, other] * 8, [one, other] * 7 + [one, one])
    assert (code, "Warning:" in told) == (0, False)
    first, *rest = rows_of("e.csv")
    assert (first["task"], first["label"], first["suggestion"], float(first["wrong"])) == (
        "t15",
        other,
        one,
        0.5,
    )
    assert {float(row["wrong"]) for row in rest} == {0}


def test_predictions_about_other_candidates_and_broken_scores_are_refused_with_their_line() -> None:
    code, told = judged("ranking", ["a > b > c"] * 6, ["a > b > c"] * 5 + ["a > b"])
    assert code == 2
    assert "'t05': a, b are not the candidates of the label (a, b, c)" in told
    code, told = judged("multi", ["cod"] * 6, ['{"cod": 0.9}'] * 5 + ["{'cod': 0.9}"])
    assert code == 2
    assert "predictions.csv, line 7: label" in told
    assert "is no list of names" in told
