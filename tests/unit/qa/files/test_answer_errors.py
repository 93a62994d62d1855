"""`shoal qa label-errors --shape`, as a user meets it."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from shoal.answers import parse_canonical
from unit.qa.files.test_answer_consensus import SHAPES, cell_of
from unit.qa.fileskit import rows_of, run, write
from unit.qa.simulated_answers import simulate_project
from unit.qa.simulated_errors import MODELS, simulate_case

HEAD = ["task", "object", "error", "label", "suggestion", "wrong"]


def found(*options: str) -> tuple[list[dict[str, str]], str]:
    code, table, told = run("label-errors", "--labels", "labels.csv", "--output", "errors.csv", *options)
    assert code == 0, told
    return rows_of("errors.csv"), table + told


@pytest.mark.parametrize("shape", SHAPES)
def test_labels_of_every_shape_are_judged_by_votes(shape: str) -> None:
    project = simulate_project(SHAPES[shape], jobs=60, votes=4, seed=5)
    write(
        "votes.csv",
        "task,worker,label",
        [(job, who, cell_of(parse_canonical(text))) for job, who, text in project.triples],
    )
    jobs = sorted(project.truth)
    swapped = dict(zip(jobs, jobs, strict=True)) | {jobs[3]: jobs[4], jobs[4]: jobs[3]}
    labels = [(job, cell_of(parse_canonical(project.truth[swapped[job]]))) for job in jobs]
    write("labels.csv", "task,label", labels)
    rows, told = found("--shape", shape, "--votes", "votes.csv")
    assert list(rows[0]) == HEAD
    wrong = [float(row["wrong"]) for row in rows]
    assert wrong == sorted(wrong, reverse=True)
    assert {row["task"] for row in rows[:2]} <= {jobs[3], jobs[4]}
    assert "60 labels judged" in told
    assert "60 labels: errors.csv" in told
    of_label = [row for row in rows if row["error"] != "missing"]
    assert all(row["label"] for row in of_label)


def region(item: Any, *more: Any) -> list[Any]:
    return [item.left * 640, item.top * 640, item.right * 640, item.bottom * 640, item.label, *more]


def write_boxes(*, scored: bool = True) -> list[list[str]]:
    """Write labels with errors and a detector's predictions; return the errors of each label."""
    case = simulate_case("boxes", MODELS["good detector"], tasks=300)
    labels: list[Any] = [(f"i{at}", cell_of(label)) for at, label in enumerate(case.labels)]
    write("labels.csv", "task,label", labels)
    predictions = [
        json.dumps(
            [
                region(item, *([score] if scored else []))
                for item, score in zip(said.answer.boxes, said.scores, strict=True)  # type: ignore[union-attr]
            ]
        )
        for said in case.predictions
    ]
    write("predictions.csv", "task,label", [(f"i{at}", text) for at, text in enumerate(predictions)])
    return case.wrong


def test_boxes_are_judged_by_the_scores_of_a_detector() -> None:
    wrong = write_boxes()
    rows, told = found("--shape", "boxes", "--predictions", "predictions.csv")
    first = rows[: sum(map(len, wrong)) // 3]
    assert np.mean([row["error"] in wrong[int(row["task"][1:])] for row in first]) > 0.6
    for row in first:
        assert (row["object"] == "") == (row["error"] == "missing") == (row["label"] == "")
        assert (row["suggestion"] == "") == (row["error"] == "spurious")
        assert len(json.loads(row["label"] or row["suggestion"])) == 1
    assert "missing" in told
    unscored = write_boxes(scored=False)
    rows, _ = found("--shape", "boxes", "--predictions", "predictions.csv")
    assert np.mean([row["error"] in unscored[int(row["task"][1:])] for row in rows[:10]]) > 0.2


def test_scores_of_classes_stand_in_an_object_of_json() -> None:
    labels = [(f"t{at}", "cod|eel" if at % 2 else "eel") for at in range(40)]
    labels[5] = ("t5", "eel")
    write("labels.csv", "task,label", labels)
    said = [(f"t{at}", json.dumps({"cod": 0.9 if at % 2 else 0.1, "eel": 0.95})) for at in range(39)]
    write("predictions.csv", "task,label", said)
    rows, told = found("--shape", "multi", "--predictions", "predictions.csv")
    assert [rows[0][name] for name in HEAD[:5]] == ["t5", "", "missing", "", "cod"]
    assert "1 of 40 labels have no prediction" in told


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--shape", "boxes"), "give --votes of other people, or --predictions"),
        (("--shape", "boxes", "--votes", "v.csv", "--predictions", "p.csv"), "give --votes of other people"),
        (("--shape", "circle", "--votes", "v.csv"), "'circle' is unknown"),
        (("--votes", "v.csv"), "--votes: needs another --shape than class"),
        (("--shape", "boxes", "--embeddings", "x.npy"), "--embeddings: needs --shape class"),
        (("--shape", "boxes", "--predictions", "p.csv"), "p.csv, line 2: label has the score '1.5'"),
        (("--shape", "boxes", "--predictions", "other.csv"), "none of its tasks appears in the labels"),
        (
            ("--shape", "boxes", "--predictions", "bad.csv"),
            "bad.csv, line 2: label 'tuna' is not of the form",
        ),
    ],
)
def test_bad_input_is_one_line(options: tuple[str, ...], told: str) -> None:
    write("labels.csv", "task,label", [("a", '[[0, 0, 1, 1, "cod"]]')])
    write("v.csv", "task,worker,label", [("a", "w", '[[0, 0, 1, 1, "cod"]]')])
    write("p.csv", "task,label", [("a", '[[0, 0, 1, 1, "cod", 1.5]]')])
    write("other.csv", "task,label", [("b", '[[0, 0, 1, 1, "cod", 0.5]]')])
    write("bad.csv", "task,label", [("a", "tuna")])
    Path("x.npy").write_bytes(b"")
    code, _, error = run("label-errors", "--labels", "labels.csv", "--output", "e.csv", *options)
    assert (code, told in error) == (2, True), error
    assert not Path("e.csv").exists()


def write_checked(number: int) -> None:
    """Write the right answers of the labels that `write_boxes` writes."""
    case = simulate_case("boxes", MODELS["good detector"], tasks=300)
    truth = [(f"i{at}", cell_of(answer)) for at, answer in enumerate(case.truth[:number])]
    write("gold.csv", "task,label", truth)


def test_checked_labels_calibrate_the_probabilities_and_are_certain() -> None:
    wrong = write_boxes()
    write_checked(150)
    options = ("--shape", "boxes", "--predictions", "predictions.csv")
    _, told = found(*options)
    assert "the number of errors is rough" in told
    rows, told = found(*options, "--gold", "gold.csv")
    assert "rough" not in told
    assert "calibrated on 150 checked labels" in " ".join(told.split())
    checked = [row for row in rows if int(row["task"][1:]) < 150]
    assert {float(row["wrong"]) for row in checked} == {0.0, 1.0}
    rest = sum(float(row["wrong"]) for row in rows) - sum(float(row["wrong"]) for row in checked)
    assert rest == pytest.approx(sum(map(len, wrong[150:])), rel=0.4)


@pytest.mark.parametrize(
    ("gold", "told"),
    [
        ("task,label\nelsewhere,[]\n", "tasks"),
        ("task,label\ni1,nonsense\n", "gold gold.csv, line 2"),
        ("task,label\n", "has no rows"),
    ],
)
def test_bad_gold_of_label_errors_is_one_line(gold: str, told: str) -> None:
    write_boxes()
    Path("gold.csv").write_text(gold)
    base = ("label-errors", "--labels", "labels.csv", "--output", "errors.csv", "--gold", "gold.csv")
    code, _, error = run(*base, "--shape", "boxes", "--predictions", "predictions.csv")
    assert code == 2
    assert told in error


def test_gold_of_single_classes_is_refused() -> None:
    write("labels.csv", "label", [("a",), ("b",)])
    code, _, error = run(
        "label-errors", "--labels", "labels.csv", "--output", "e.csv", "--gold", "labels.csv"
    )  # fmt: skip
    assert code == 2
    assert "--gold: needs another --shape" in error


def test_votes_and_gold_together_judge_labels() -> None:
    project = simulate_project("number", jobs=60, votes=3, seed=5)
    rows = [(job, who, cell_of(parse_canonical(text))) for job, who, text in project.triples]
    write("votes.csv", "task,worker,label", rows)
    labels = [(job, cell_of(parse_canonical(text))) for job, text in sorted(project.truth.items())]
    write("labels.csv", "task,label", [(job, "0" if job == "job-0003" else text) for job, text in labels])
    write("gold.csv", "task,label", labels[:20])
    rows_found, told = found("--shape", "number", "--votes", "votes.csv", "--gold", "gold.csv")
    assert "calibrated on 20 checked labels" in " ".join(told.split())
    first = rows_found[0]
    assert (first["task"], float(first["wrong"])) == ("job-0003", 1.0)
