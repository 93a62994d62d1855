"""Folders and ZIP files of tables: parts of one, or one for each annotator."""

import json
from pathlib import Path
from zipfile import ZipFile

import pyarrow as pa
import pyarrow.parquet
import pytest

from shoal.files.errors import BadInput
from unit.files.exports.exportskit import annotation, choice, facts_of, task, votes_in

VOTES = [("1", "ann", "cat"), ("2", "ann", "dog"), ("1", "bob", "cat")]


def zipped_folder(folder: Path) -> Path:
    file = folder.with_suffix(".zip")
    with ZipFile(file, "w") as archive:
        for path in sorted(folder.iterdir()):
            archive.write(path, f"export/{path.name}")
    return file


def written_people(folder: Path, header: str, row: str) -> list[Path]:
    """Return a folder with a CSV for each annotator, and its ZIP file. row: has {task} and {label}."""
    folder.mkdir()
    for person in ("ann", "bob"):
        rows = [row.format(task=task, label=label) for task, who, label in VOTES if who == person]
        (folder / f"{person}.csv").write_text("\n".join([header, *rows]) + "\n")
    return [folder, zipped_folder(folder)]


def test_csv_of_doccano_is_read_with_a_file_for_each_annotator(tmp_path: Path) -> None:
    for source in written_people(tmp_path / "d", "id,text,label,Comments", '{task},"a, b",{label},'):
        assert votes_in(source) == VOTES
        assert facts_of(source).endswith("label from label; annotator from the files' names")


def test_several_labels_of_doccano_are_a_set(tmp_path: Path) -> None:
    folder, _ = written_people(tmp_path / "d", "id,data,label", "{task},a,{label}#C#big")
    (folder / "cem.csv").write_text("id,data,label\n1,a,C#\n")
    sets = {label for _, _, label in votes_in(folder, shape="multi")}
    assert sets == {'["C","big","cat"]', '["C","big","dog"]', '["C#"]'}


def test_a_table_for_each_annotator_needs_no_column_of_annotators(tmp_path: Path) -> None:
    for source in written_people(tmp_path / "d", "task,label", "{task},{label}"):
        assert votes_in(source) == VOTES
        assert facts_of(source) == "2 tables, 2 tasks, 3 annotations; annotator from the files' names"


def test_parts_of_one_table_are_joined_in_any_format(tmp_path: Path) -> None:
    folder = tmp_path / "parts"
    folder.mkdir()
    (folder / "_SUCCESS").write_text("")
    (folder / "part-0.csv").write_text("task;worker;label\n1;ann;cat\n")
    (folder / "part-1.json").write_text(json.dumps([{"task": 2, "worker": "ann", "label": "dog"}]))
    pyarrow.parquet.write_table(
        pa.table({"task": [1], "worker": ["bob"], "label": ["cat"]}), folder / "part-2.parquet"
    )
    for source in (folder, zipped_folder(folder)):
        assert votes_in(source) == VOTES


def test_tables_of_other_forms_are_refused(tmp_path: Path) -> None:
    folder = tmp_path / "d"
    folder.mkdir()
    (folder / "a.csv").write_text("x,y\n1,2\n")
    with pytest.raises(
        BadInput, match=r"it holds a\.csv; of folders and ZIP files parts of one table or export"
    ):
        votes_in(folder)
    (folder / "a.csv").write_text("task,label\n1,2,3\n")
    with pytest.raises(BadInput, match=f"votes {folder}: a.csv, line 2 has 3 values, the header 2 columns"):
        votes_in(folder)


TASKS = [
    task(1, annotation("ann", choice("cat")), annotation("bob", choice("cat"))),
    task(2, annotation("ann", choice("dog"))),
]


def test_an_export_may_be_split_into_files(tmp_path: Path) -> None:
    layouts = {
        "one": {"project.json": TASKS},
        "tasks": {f"{record['id']}.json": record for record in TASKS},
        "storage": {
            f"{number}": {**one, "task": {"id": record["id"], "data": record["data"]}}
            for number, (record, one) in enumerate((r, one) for r in TASKS for one in r["annotations"])
        },
    }
    for name, files in layouts.items():
        folder = tmp_path / name
        folder.mkdir()
        for file, content in files.items():
            (folder / file).write_text(json.dumps(content))
        (folder / "README.md").write_text("about")
        for source in (folder, zipped_folder(folder)):
            assert sorted(votes_in(source)) == sorted(VOTES), name


def test_parts_of_a_wide_table_and_of_a_data_set_are_joined(tmp_path: Path) -> None:
    folder = tmp_path / "wide"
    folder.mkdir()
    (folder / "a.csv").write_text("item,ann,bob\n1,cat,cat\n")
    (folder / "b.csv").write_text("item,ann,bob\n2,dog,\n")
    assert sorted(votes_in(folder)) == sorted(VOTES)
    disk = tmp_path / "disk"
    disk.mkdir()
    (disk / "state.json").write_text("{}")
    for number, row in enumerate([(1, ["ann", "bob"], ["cat", "cat"]), (2, ["ann"], ["dog"])]):
        table = pa.table({"id": [row[0]], "annotators": [row[1]], "labels": [row[2]]})
        with pa.ipc.new_stream(str(disk / f"data-{number}.arrow"), table.schema) as stream:
            stream.write_table(table)
    assert sorted(votes_in(disk)) == sorted(VOTES)


def test_right_answers_among_the_files_are_refused(tmp_path: Path) -> None:
    folder, archive = written_people(tmp_path / "d", "task,label", "{task},{label}")
    (folder / "gold.csv").write_text("task,label\n1,cat\n")
    with pytest.raises(BadInput, match=r"gold\.csv is named like right answers, which are no votes"):
        votes_in(folder)
    assert votes_in(archive) == VOTES
