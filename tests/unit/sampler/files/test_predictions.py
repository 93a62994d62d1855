"""`shoal sampler select --predictions`: predictions of every kind choose rows as they choose samples."""

import csv
import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from shoal.command_line.main import command_line
from shoal.contracts.samples import Content, Embedding, Generation, Prediction, SampleEmbedded
from shoal.files.errors import BadInput
from shoal.files.options import ReadOptions
from shoal_sampler.adapters.predictions import read_predictions
from shoal_sampler.usecases.stream.arrivals import read_arrival
from unit.sampler.poolkit import unit_rows

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
CORNERS = {"label": "crab", "left": 0.1, "top": 0.2, "right": 0.4, "bottom": 0.5}
TRIANGLE = [[0.1, 0.1], [0.5, 0.1], [0.5, 0.6]]
N = 8
UNSURE, SILENT = 5, 2  # rows
# kind: a prediction that is sure, one that is not, and one that does not show it
KINDS: dict[str, tuple[dict[str, Any], dict[str, Any], dict[str, Any] | None]] = {
    "class": ({"scores": {"a": 0.9, "b": 0.1}}, {"scores": {"a": 0.5, "b": 0.5}}, {"label": "a"}),
    "classes": (
        {"labels": ["a"], "scores": {"a": 0.95, "b": 0.1}},
        {"labels": ["a"], "scores": {"a": 0.95, "b": 0.5}},
        {"labels": []},
    ),
    "boxes": (
        {"boxes": [{**CORNERS, "score": 0.9}]},
        {"boxes": [{**CORNERS, "score": 0.99}, {**CORNERS, "score": 0.55}]},
        {"boxes": []},
    ),
    "polygons": (
        {"polygons": [{"label": "crab", "points": TRIANGLE, "score": 0.9}]},
        {"polygons": [{"label": "crab", "points": TRIANGLE, "scores": {"crab": 0.5, "cod": 0.45}}]},
        {"polygons": [{"label": "crab", "points": TRIANGLE}]},
    ),
    "spans": (
        {"spans": [{"label": "place", "start": 0, "end": 3, "score": 0.9}]},
        {"spans": [{"label": "place", "start": 0, "end": 3, "score": 0.5}]},
        {"spans": []},
    ),
    "candidates": (
        {"candidate_scores": {"a": 4, "b": 0, "c": -4}},
        {"candidate_scores": {"a": 4, "b": 3.9, "c": -4}},
        None,
    ),
    "number": (
        {"number": {"value": 3, "low": 2.9, "high": 3.1}},
        {"number": {"value": 3, "low": 0, "high": 9}},
        {"number": {"value": 3}},
    ),
}
every_kind = pytest.mark.parametrize("kind", KINDS)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run the commands in a folder with embeddings."""
    monkeypatch.chdir(tmp_path)
    np.save("x.npy", unit_rows(0, N))


def lines_of(kind: str) -> list[dict[str, Any] | None]:
    sure, unsure, silent = KINDS[kind]
    return [{UNSURE: unsure, SILENT: silent}.get(row, sure) for row in range(N)]


def write(rows: Sequence[Any]) -> None:
    Path("p.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows))


def select(*arguments: str) -> tuple[int, str, list[int]]:
    command = ["sampler", "select", "--embeddings", "x.npy", "--output", "picks.csv", *arguments]
    result = CliRunner().invoke(command_line(command), command)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    rows: list[int] = []
    if result.exit_code == 0:
        with Path("picks.csv").open(newline="") as lines:
            rows = [int(row["index"]) for row in csv.DictReader(lines)]
    return result.exit_code, " ".join(result.stderr.split()), rows


def scores_in_the_service(prediction: dict[str, Any] | None) -> Any:
    event = SampleEmbedded(
        project="reef",
        sample_id="s1",
        source="camera",
        source_id="1",
        content=Content(text="a"),
        embedding=Embedding(
            generation=Generation(name="own", version="1", dimension=2),
            vector=np.array([1, 0], "<f4").tobytes(),
        ),
        prediction=None if prediction is None else Prediction(model="reef", **prediction),
        occurred_at=NOON,
        embedded_at=NOON,
    )
    return read_arrival(event).sample.scores


@every_kind
def test_a_file_s_predictions_have_the_scores_that_they_have_in_the_service(kind: str) -> None:
    rows = lines_of(kind)
    write(rows)
    predicted = read_predictions(Path("p.jsonl"), ReadOptions())
    assert list(predicted.scores) == [scores_in_the_service(row) for row in rows]
    assert predicted.are_classes == (kind == "class")


@pytest.mark.parametrize("strategy", ["margin", "entropy", "least_confidence"])
@every_kind
def test_the_least_sure_row_is_chosen_first_and_one_that_shows_nothing_never(
    kind: str, strategy: str
) -> None:
    write(lines_of(kind))
    code, told, rows = select("--predictions", "p.jsonl", "--strategy", strategy, "--n", str(N))
    assert code == 0, told
    assert rows[0] == UNSURE
    assert sorted(rows) == [row for row in range(N) if row != SILENT]
    assert f"{N} rows; {N - 1} show how sure the model is" in told


@every_kind
def test_auto_explains_itself_with_predictions_and_labels(kind: str) -> None:
    write(lines_of(kind))
    Path("labels.csv").write_text("index,label\n0,a\n1,z\n3,a\n")
    code, told, rows = select("--predictions", "p.jsonl", "--labels", "labels.csv", "--n", "3", "--explain")
    assert code == 0, told
    assert not set(rows) & {0, 1, 3}
    assert "trust in the uncertainty" in told
    assert "predicted right" not in told


def test_inferences_hold_their_predictions() -> None:
    rows = lines_of("boxes")
    write(rows)
    plain = select("--predictions", "p.jsonl", "--strategy", "margin", "--n", "3")
    write([{"project": "reef", "text": "a", "prediction": row and {"model": "m", **row}} for row in rows])
    assert select("--predictions", "p.jsonl", "--strategy", "margin", "--n", "3") == plain


def test_single_labels_can_be_balanced() -> None:
    write([{"scores": {"a": 0.9, "b": 0.1}}] * 6 + [{"scores": {"b": 0.7, "a": 0.3}}] * 2)
    code, told, rows = select(
        "--predictions", "p.jsonl", "--balance", "--strategy", "margin", "--n", "4", "--explain"
    )
    assert code == 0, told
    assert len([row for row in rows if row >= 6]) == 2
    assert "picks predicted b" in told


@pytest.mark.parametrize(
    ("rows", "arguments", "error"),
    [
        ([*lines_of("boxes")[:3], {"boxes": [{**CORNERS, "right": 1.5}]}], (), "line 4: boxes[0].right: "),
        ([{"boxes": [{**CORNERS, "score": 2}]}], (), "line 1: boxes[0].score: "),
        ([{"prediction": {"spans": [{"label": "a", "start": -1, "end": 2}]}}], (), "spans[0].start: "),
        ([None, 7], (), "line 2 is no JSON object: give one prediction a line"),
        (lines_of("boxes")[:-1], (), "--predictions: p.jsonl has 7 lines, embeddings 8 rows"),
        ([None] * N, (), "--predictions: p.jsonl: no prediction has scores"),
        (lines_of("spans"), ("--balance",), "--balance: needs one predicted class a row"),
        (lines_of("spans"), ("--probabilities", "x.npy"), "give either --predictions or --probabilities"),
        (lines_of("spans"), ("--classes", "a,b"), "--classes: "),
    ],
)
def test_predictions_that_cannot_be_used_are_refused(
    rows: Sequence[Any], arguments: tuple[str, ...], error: str
) -> None:
    write(rows)
    code, told, _ = select("--predictions", "p.jsonl", "--n", "2", *arguments)
    assert code == 2
    assert error in told


def test_a_line_that_is_no_json_is_named() -> None:
    Path("p.jsonl").write_text("null\n{boxes: 1}\n")
    code, told, _ = select("--predictions", "p.jsonl", "--n", "2")
    assert (code, "predictions p.jsonl, line 2 is no JSON object" in told) == (2, True)


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ('{"scores": {"cod": 0.9, "cod": 0.1}}', "has the field 'cod' a second time in one object"),
        ('{"scores": {"cod": true}}', "scores.cod: Input should be a valid number"),
        ('{"number": {"value": "1_0"}}', "number.value: must be a number, without _"),
        ('{"number": {"value": 4, "low": 5, "high": 2}}', "number.low: 5 is more than number.high, 2"),
    ],
)
def test_what_only_looks_like_a_number_or_an_interval_is_refused_with_its_line(
    tmp_path: Path, line: str, fault: str
) -> None:
    file = tmp_path / "p.jsonl"
    file.write_text(f"null\n{line}\n")
    with pytest.raises(BadInput, match=f"p.jsonl, line 2:? {re.escape(fault)}"):
        read_predictions(file, ReadOptions())
