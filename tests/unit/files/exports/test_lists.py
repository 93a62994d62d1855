"""Lists of annotators and labels, and exports of tools in Parquet and Arrow files."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet
import pytest

from shoal.files.errors import BadInput
from unit.files.exports.exportskit import (
    annotation,
    choice,
    facts_of,
    task,
    votes_in,
    write_json,
    write_lines,
)

VOTES = [("1", "ann", "cat"), ("1", "bob", "dog"), ("2", "ann", "cat")]
FORMS: dict[str, list[dict[str, Any]]] = {
    "two lists": [
        {"id": 1, "text": "a", "annotators": ["ann", "bob"], "labels": ["cat", "dog"]},
        {"id": 2, "text": "b", "annotators": ["ann"], "labels": ["cat"]},
    ],
    "the names of a table": [
        {"task": "1", "worker": ["ann", "bob"], "label": ["cat", "dog"]},
        {"task": "2", "worker": ["ann"], "label": ["cat"]},
    ],
    "objects": [
        {"item_id": "1", "votes": [{"user_id": "ann", "label": "cat"}, {"user_id": "bob", "label": "dog"}]},
        {"item_id": "2", "votes": [{"user_id": "ann", "label": "cat"}, {"user_id": "bob", "label": None}]},
    ],
    "an object of lists": [
        {"id": 1, "annotations": {"annotator_id": ["ann", "bob"], "label": ["cat", "dog"]}},
        {"id": 2, "annotations": {"annotator_id": ["ann"], "label": ["cat"]}},
    ],
    "labels by annotator": [
        {"id": 1, "labels": {"ann": "cat", "bob": "dog"}},
        {"id": 2, "labels": {"ann": "cat", "bob": None}},
    ],
}
ARGILLA: dict[str, list[dict[str, Any]]] = {
    "nested": [
        {
            "id": name,
            "fields": {"text": "a"},
            "responses": {
                "kind": [{"value": v, "user_id": who, "status": "submitted"} for who, v in answers]
            },
        }
        for name, answers in (("1", [("ann", "cat"), ("bob", "dog")]), ("2", [("ann", "cat")]))
    ],
    "flat": [
        {
            "id": name,
            "kind.responses": [value for _, value in answers],
            "kind.responses.users": [who for who, _ in answers],
            "kind.responses.status": ["submitted"] * len(answers),
        }
        for name, answers in (("1", [("ann", "cat"), ("bob", "dog")]), ("2", [("ann", "cat")]))
    ],
}


def written_files(folder: Path, records: Sequence[dict[str, Any]]) -> list[Path]:
    """Return the records as JSON, JSON lines, Parquet, and an Arrow stream."""
    write_json(folder / "v.json", records)
    write_lines(folder / "v.jsonl", records)
    table = pa.Table.from_pylist(list(records))
    pyarrow.parquet.write_table(table, folder / "v.parquet")
    with pa.ipc.new_stream(str(folder / "v.arrow"), table.schema) as stream:
        stream.write_table(table)
    return sorted(folder.iterdir())


@pytest.mark.parametrize("records", [*FORMS.values(), *ARGILLA.values()], ids=[*FORMS, *ARGILLA])
def test_every_file_format_gives_the_same_votes(tmp_path: Path, records: list[dict[str, Any]]) -> None:
    for file in written_files(tmp_path, records):
        assert votes_in(file) == VOTES, file


def test_exports_of_label_studio_and_prodigy_are_read_from_parquet(tmp_path: Path) -> None:
    tasks = [
        task(1, annotation("ann", choice("cat")), annotation("bob", choice("dog"))),
        task(2, annotation("ann", choice("cat"))),
    ]
    for record in tasks:
        record["meta"] = {"source": "x"}
    pyarrow.parquet.write_table(pa.Table.from_pylist(tasks), tmp_path / "tasks.parquet")
    assert votes_in(tmp_path / "tasks.parquet") == VOTES
    examples = [
        {
            "_input_hash": int(name),
            "_task_hash": 7,
            "accept": [label],
            "answer": "accept",
            "_annotator_id": who,
        }
        for name, who, label in VOTES
    ]
    pyarrow.parquet.write_table(pa.Table.from_pylist(examples), tmp_path / "prodigy.parquet")
    assert votes_in(tmp_path / "prodigy.parquet") == VOTES


def test_the_user_may_name_the_lists(tmp_path: Path) -> None:
    records = [
        {"key": 1, "who": ["ann", "bob"], "what": ["cat", "dog"]},
        {"key": 2, "who": ["ann"], "what": ["cat"]},
    ]
    for file in written_files(tmp_path, records):
        assert votes_in(file, task="key", annotator="who", label="what") == VOTES
        with pytest.raises(
            BadInput, match="lists of annotators and labels are read; or name the columns with"
        ):
            votes_in(file)


def test_the_summary_names_the_fields(tmp_path: Path) -> None:
    file = write_lines(tmp_path / "v.jsonl", FORMS["an object of lists"])
    assert facts_of(file) == (
        "lists of votes, 2 tasks, 3 annotations; worker from annotations.annotator_id, "
        "label from annotations.label; task from id"
    )


@pytest.mark.parametrize(
    ("records", "message"),
    [
        (
            [{"id": 1, "annotations": {"annotator": ["ann", "bob"], "label": ["cat"]}}],
            "line 1 has 2 annotator and 1 label: give one label for each annotator",
        ),
        (
            [{"name": 1, "annotators": ["ann"], "labels": ["cat"]}],
            "has no field of tasks; it has name, annotators",
        ),
        (
            [{"id": 1, "annotators": ["ann"], "labels": ["cat"], "label_ids": [1]}],
            "several lists of labels, labels, label_ids: choose one with --label-column",
        ),
        ([{"id": 1, "labels": ["cat"]}], "lists of annotators and labels are read"),
    ],
)
def test_lists_that_are_not_clear_are_refused(
    tmp_path: Path, records: list[dict[str, Any]], message: str
) -> None:
    with pytest.raises(BadInput, match=message):
        votes_in(write_lines(tmp_path / "v.jsonl", records))


def test_lists_of_numbers_beside_a_plain_table_are_not_read(tmp_path: Path) -> None:
    columns = {
        "task": ["1", "2"],
        "worker": ["ann", "bob"],
        "label": ["cat", "dog"],
        "vector": [[0.5], [1.5]],
    }
    pyarrow.parquet.write_table(pa.table(columns), tmp_path / "v.parquet")
    assert votes_in(tmp_path / "v.parquet") == [("1", "ann", "cat"), ("2", "bob", "dog")]
