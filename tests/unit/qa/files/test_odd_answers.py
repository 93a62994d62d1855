"""Odd answers in files of votes: one fault never hides, stops or changes the rest without a word."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from shoal.files.errors import BadInput
from shoal_qa.usecases.files.texts.written_answers import read_written
from unit.qa.fileskit import rows_of, run, write

BOX = [[0.1, 0.1, 0.4, 0.4, "cod"]]
GOOD = {
    "multi": "cod|eel",
    "number": "4",
    "rating": "4",
    "text": "two boats",
    "pair": "a > b",
    "ranking": "a > b > c",
    "spans": '[[4, 9, "gene"]]',
    "boxes": json.dumps(BOX),
    "polygons": '[[[0, 0], [4, 0], [4, 4], "cod"]]',
}
BAD = {
    "multi": "x" * 201,
    "number": "4,5",
    "rating": "4.5",
    "text": "x" * 100_001,
    "pair": "a > b > c",
    "ranking": '["a", null]',
    "spans": '[[9, 4, "gene"]]',
    "boxes": "[[0.1, 0.1, 0.1, 0.4]]",
    "polygons": "[[[0, 0], [0, 0], [0, 0]]]",
}


def votes(answers: Sequence[str], file: str = "votes.csv") -> None:
    """Write one task for each answer; two annotators give the good one of its shape, a third the answer."""
    rows = [(f"t{task}", who, answer) for task, answer in enumerate(answers) for who in ("ann", "bob", "eve")]
    write(file, "task,worker,label", rows)


def odd_votes(shape: str) -> None:
    rows = [(f"t{task}", who, GOOD[shape]) for task in range(4) for who in ("ann", "bob", "eve")]
    rows[4] = ("t1", "bob", BAD[shape])
    rows[6] = ("t2", "ann", BAD[shape])
    write("votes.csv", "task,worker,label", rows)


@pytest.mark.parametrize("shape", GOOD)
def test_unreadable_answers_are_counted_and_named_with_their_lines(shape: str) -> None:
    odd_votes(shape)
    for command in ("consensus", "agreement", "simulate-votes"):
        output = ["--output", "o.csv"] if command == "consensus" else []
        code, _, err = run(command, "--votes", "votes.csv", "--shape", shape, *output)
        assert code == 2
        assert "votes votes.csv, line 6: label " in err
        assert "; line 8: label " in err
        assert "2 rows cannot be used" in err
        assert len(err) < 900


@pytest.mark.parametrize("shape", GOOD)
def test_skip_bad_leaves_unreadable_answers_out_and_lists_them(shape: str) -> None:
    odd_votes(shape)
    code, _, err = run(
        "consensus", "--votes", "votes.csv", "--shape", shape, "--output", "o.csv", "--skip-bad"
    )
    assert (code, [row["votes"] for row in rows_of("o.csv")]) == (0, ["3", "2", "2", "3"])
    assert "2 rows left out" in err
    left_out = rows_of("o.left-out.csv")
    assert [row["place"] for row in left_out] == ["line 6", "line 8"]
    assert all(row["problem"].startswith("label ") for row in left_out)


def test_predictions_with_odd_scores_are_named_with_their_lines() -> None:
    labels = [("t0", json.dumps(BOX)), ("t1", json.dumps(BOX))]
    write("labels.csv", "task,label", labels)
    for score in (1.5, "high", True, None):
        write("model.csv", "task,label", [labels[0], ("t1", json.dumps([[*BOX[0], score]]))])
        code, _, err = run(
            "label-errors", "--labels", "labels.csv", "--predictions", "model.csv", "--shape", "boxes",
            "--output", "e.csv",
        )  # fmt: skip
        assert code == 2
        assert "predictions model.csv, line 3: label has the score" in err
    write("model.csv", "task,label", [labels[0], ("t1", json.dumps([[*BOX[0], 0.9, "more"]]))])
    code, _, err = run(
        "label-errors", "--labels", "labels.csv", "--predictions", "model.csv", "--shape", "boxes",
        "--output", "e.csv",
    )  # fmt: skip
    assert (code, "needs one class after its numbers" in err) == (2, True)


@pytest.mark.parametrize(
    ("shape", "text", "words"),
    [
        ("boxes", json.dumps(BOX * 1001), "has 1,001 boxes, more than 1,000: split it"),
        ("boxes", json.dumps([[*BOX[0][:4], "x" * 201]]), "has a name of over 200 characters: shorten it"),
        ("ranking", "a\x00b > c", "has a control character: remove it"),
        ("text", "x" * 100_001, "is a text of over 100,000 characters: shorten it"),
        ("rating", "1001", "is beyond 1,000: write a number within the limit"),
        ("rating", "x" * 9999, "…' is not a number up to 1e15"),
        ("boxes", '[[0.1, 0.1, 0.4, 0.4, "\\ud800"]]', "has half a character (a lone surrogate)"),
    ],
)
def test_limits_are_told_in_plain_words(shape: str, text: str, words: str) -> None:
    with pytest.raises(BadInput) as refused:
        read_written(shape, [text], lambda _: "votes v.csv, line 2")
    assert words in str(refused.value)
    assert str(refused.value).startswith("votes v.csv, line 2: '")
    assert len(str(refused.value)) < 200


def test_too_many_classes_are_refused_in_one_line() -> None:
    votes([json.dumps([[0, 0, 1, 1, f"class {index}"] for index in range(first, first + 999)])
           for first in range(0, 11_000, 999)])  # fmt: skip
    code, _, err = run("agreement", "--votes", "votes.csv", "--shape", "boxes")
    assert code == 2
    assert "classes, more than 10,000: name fewer" in err


def test_classes_of_objects_are_spelled_alike_on_demand() -> None:
    write("votes.csv", "task,worker,label",
          [(f"t{task}", who, json.dumps([[0.1, 0.1, 0.4, 0.4, name]]))
           for task in range(4) for who, name in (("ann", "Cod"), ("bob", "cod"), ("eve", " cod "))])  # fmt: skip
    code, out, err = run("agreement", "--votes", "votes.csv", "--shape", "boxes", "--format", "json")
    assert (code, json.loads(out)["agreement_of_pairs"] < 1) == (0, True)
    assert "'Cod' (4) and 'cod' (8) differ by case only" in err
    code, out, err = run(
        "agreement", "--votes", "votes.csv", "--shape", "boxes", "--format", "json", "--join-spellings"
    )
    assert (code, json.loads(out)["agreement_of_pairs"], "differ by case" in err) == (0, 1, False)
    write("sets.csv", "task,worker,label", [("t0", "ann", "Cod|cod"), ("t0", "bob", "cod|eel")])
    code, _, err = run(
        "consensus", "--votes", "sets.csv", "--shape", "multi", "--output", "o.csv", "--join-spellings"
    )
    assert (code, set(rows_of("o.csv")[0]["label"].split("|")) <= {"cod", "eel"}) == (0, True)


def test_numbers_outside_of_the_range_are_left_out_on_demand() -> None:
    votes(["4", "400", "5"])
    numbers = ("--shape", "number", "--range", "0", "10")
    command = ("consensus", "--votes", "votes.csv", *numbers, "--output", "o.csv")
    code, _, err = run(*command)
    assert (code, "3 rows cannot be used: mend it, or give a wider range" in err) == (2, True)
    assert run(*command, "--skip-bad")[0] == 0
    assert [row["task"] for row in rows_of("o.csv")] == ["t0", "t2"]


def test_equal_numbers_and_texts_that_look_alike_are_no_classes() -> None:
    votes(["4", "4.0", "5"])
    assert "look alike" not in run("agreement", "--votes", "votes.csv", "--shape", "number")[2]
    votes(["Two boats", "two boats", "none"])
    code, _, err = run("agreement", "--votes", "votes.csv", "--shape", "text", "--join-spellings")
    assert (code, "look alike" in err) == (0, False)


def test_spans_of_less_than_a_step_of_seconds_keep_an_extent() -> None:
    spans = [[0.0000001, 0.0000002, "beep"], [3599.001, 3599.004, "beep"], [1.5, 2.25, "word"]]
    (answer,) = read_written("spans", [json.dumps(spans)], str).answers
    assert all(span.end > span.start for span in answer.spans)
    votes([json.dumps(spans[:1]), json.dumps(spans)])
    code, out, _ = run("agreement", "--votes", "votes.csv", "--shape", "spans", "--format", "json")
    assert (code, json.loads(out)["agreement_of_pairs"]) == (0, 1)


def test_orders_of_other_candidates_are_told_with_their_line() -> None:
    write("votes.csv", "task,worker,label",
          [("t0", "ann", "a > b > c"), ("t0", "bob", "a > b > c"), ("t0", "eve", "z > y"), ("t1", "ann", "p > q"),
           ("t1", "bob", "q > p"), ("t1", "eve", "p")])  # fmt: skip
    for command in (["agreement"], ["consensus", "--output", "o.csv"]):
        code, _, err = run(*command, "--votes", "votes.csv", "--shape", "ranking")
        assert code == 0
        assert "votes.csv, line 4: 2 votes order other candidates than most votes on the task" in err
        assert "such as y, z on task 't0'" in err


def test_a_pair_of_four_candidates_is_refused_by_every_command() -> None:
    rows = [("t0", "ann", "a > b"), ("t0", "bob", "z > y"), ("t1", "ann", "a"), ("t1", "bob", "=")]
    write("votes.csv", "task,worker,label", rows)
    write("labels.csv", "task,label", [("t0", "a"), ("t1", "a")])
    labels = ("label-errors", "--labels", "labels.csv", "--output", "e.csv")
    for command in (("agreement",), ("consensus", "--output", "o.csv"), ("simulate-votes",), labels):
        code, _, err = run(*command, "--votes", "votes.csv", "--shape", "pair")
        assert (code, "task 't0' has 4 candidates (a, b, y, z): a pair has two" in err) == (2, True)


def test_candidates_are_names() -> None:
    for text in ('["a", null]', '["a", {"x": 1}]', '["a", [["b"]]]', '["a", true]', "[]"):
        with pytest.raises(BadInput, match="line 1: "):
            read_written("ranking", [text], lambda _: "line 1")


@pytest.mark.parametrize(
    ("shape", "label", "fault"), [("multi", {"x": 1}, "an object"), ("text", ["a", "b"], "a list")]
)
def test_lists_and_objects_are_no_texts_and_no_sets(shape: str, label: object, fault: str) -> None:
    rows = [("t0", "ann", GOOD[shape]), ("t0", "bob", label), ("t1", "ann", GOOD[shape])]
    lines = [json.dumps(dict(zip(("task", "worker", "label"), row, strict=True))) for row in rows]
    Path("votes.jsonl").write_text("\n".join(lines))
    code, _, err = run("agreement", "--votes", "votes.jsonl", "--shape", shape)
    assert (code, f"line 2: label is {fault}" in err) == (2, True)


@pytest.mark.parametrize("shape", GOOD)
def test_answers_of_one_annotator_are_told_to_be_unchecked(shape: str) -> None:
    write("votes.csv", "task,worker,label", [("t0", "ann", GOOD[shape]), ("t1", "ann", GOOD[shape])])
    code, _, err = run("consensus", "--votes", "votes.csv", "--shape", shape, "--output", "o.csv")
    assert (code, "one annotator only ('ann'): without gold no answer can be checked" in err) == (0, True)


def test_an_image_is_no_table() -> None:
    Path("votes.csv").write_bytes(b"\x89PNG\r\n\x1a\n" + b"\0" * 99)
    code, _, err = run("agreement", "--votes", "votes.csv")
    assert (code, "votes votes.csv is an image: give a table" in err) == (2, True)


@pytest.mark.parametrize(
    ("shape", "right"), [("ranking", "x > y"), ("ranking", "a > b"), ("pair", "zzz"), ("pair", "a > c")]
)
def test_right_answers_about_other_candidates_are_refused(shape: str, right: str) -> None:
    odd_file = [("t0", right), ("t1", GOOD[shape])]
    write(
        "votes.csv", "task,worker,label", [(f"t{task}", who, GOOD[shape]) for task in (0, 1) for who in "ab"]
    )
    write("gold.csv", "task,label", odd_file)
    base = ("--votes", "votes.csv", "--shape", shape, "--output", "o.csv")
    for command in (("consensus", "--gold", "gold.csv"), ("label-errors", "--labels", "gold.csv")):
        code, _, err = run(*command, *base)
        assert (code, "gold.csv, task 't0': " in err) == (2, True)
        assert "are not the candidates of the votes" in err
    write("gold.csv", "task,label", odd_file[1:])
    assert run("consensus", "--gold", "gold.csv", *base)[0] == 0
