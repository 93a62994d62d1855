"""`shoal qa label-errors` on exports of tools: each task's label belongs to the row of the matrix."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from unit.qa.fileskit import rows_of, run, write

CLASSES = ("ant", "bee", "cow")


@pytest.fixture
def labels() -> list[str]:
    """Write probabilities of 60 rows; return labels, of which that of row 7 is wrong."""
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 3, 60)
    np.save("p.npy", np.eye(3)[truth] * 0.94 + 0.02)
    names = [CLASSES[code] for code in truth]
    names[7] = CLASSES[(truth[7] + 1) % 3]
    return names


def label_studio_task(number: int, *labels: str) -> dict[str, Any]:
    results = [
        {"from_name": "kind", "to_name": "text", "type": "choices", "value": {"choices": [label]}}
        for label in labels
    ]
    annotations = [
        {"id": number, "completed_by": person, "result": [result]} for person, result in enumerate(results, 1)
    ]
    return {"id": 100 + number, "data": {"text": "a"}, "annotations": annotations}


def written_json(name: str, records: Sequence[Any]) -> None:
    Path(name).write_text(json.dumps(records))


def written_lines(name: str, records: Sequence[Any]) -> None:
    Path(name).write_text("".join(json.dumps(record) + "\n" for record in records))


def run_on(file: str, *options: str) -> tuple[int, str]:
    code, _, errors = run(
        "label-errors", "--labels", file, "--probabilities", "p.npy", "--output", "errors.csv", *options
    )
    return code, errors


def test_exports_with_one_label_for_each_task_are_read_as_the_rows_of_the_matrix(labels: list[str]) -> None:
    written_json("ls.json", [label_studio_task(number, label) for number, label in enumerate(labels)])
    written_lines(
        "prodigy.jsonl",
        [
            {
                "_input_hash": 100 + n,
                "_task_hash": n,
                "accept": [label],
                "answer": "accept",
                "_session_id": "a",
            }
            for n, label in enumerate(labels)
        ],
    )
    written_lines(
        "doccano.jsonl", [{"id": n, "text": "a", "label": [label]} for n, label in enumerate(labels)]
    )
    write("plain.csv", "label", [(label,) for label in labels])
    write("class.csv", "class", [(label,) for label in labels])
    for file in ("plain.csv", "class.csv", "ls.json", "prodigy.jsonl", "doccano.jsonl"):
        code, errors = run_on(file)
        assert code == 0, (file, errors)
        first = rows_of("errors.csv")[0]
        assert first["row"] == "7", file
        assert first.get("id") in (None, "107"), file


def test_an_export_whose_labels_are_no_rows_of_the_matrix_is_refused(labels: list[str]) -> None:
    tasks = [label_studio_task(number, label) for number, label in enumerate(labels)]
    tasks[3] = label_studio_task(3)
    written_json("empty.json", tasks)
    code, errors = run_on("empty.json")
    assert code == 2
    assert "1 of 60 tasks have no label, so that labels are not in the order of the matrix" in errors
    tasks[3] = label_studio_task(3, "ant", "bee")
    written_json("people.json", tasks)
    assert "2 annotators" in run_on("people.json")[1]
    written_lines(
        "twice.jsonl",
        [
            {"_input_hash": n // 2, "_task_hash": n, "accept": [label], "answer": "accept"}
            for n, label in enumerate(labels)
        ],
    )
    code, errors = run_on("twice.jsonl")
    assert code == 2
    assert "task '0' has several labels: make one of them with `shoal qa consensus`" in errors


def test_a_set_of_several_classes_is_no_label(labels: list[str]) -> None:
    written_lines("sets.jsonl", [{"label": [label, "x"]} for label in labels])
    code, errors = run_on("sets.jsonl")
    assert code == 2
    assert "labels sets.jsonl, line " in errors
    assert "is a set of several classes" in errors
