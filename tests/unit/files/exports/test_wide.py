"""One column for each annotator: recognized by common values, named in the summary, refused in doubt."""

import csv
import json
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet
import pytest

from shoal.files.errors import BadInput
from unit.files.exports.exportskit import facts_of, votes_in, write_json

NAMES = ("id", "text", "ann", "bob", "gold")
ROWS = [
    ("1", "one text", "cat", "dog", "cat"),
    ("2", "another", "dog", "", "dog"),
    ("3", "a third", "cat", "cat", "cat"),
]
VOTES = [
    ("1", "ann", "cat"),
    ("1", "bob", "dog"),
    ("2", "ann", "dog"),
    ("3", "ann", "cat"),
    ("3", "bob", "cat"),
]


def write_table(file: Path, names: Sequence[str], rows: Sequence[Sequence[object]]) -> Path:
    with file.open("w", newline="") as lines:
        csv.writer(lines, delimiter="\t" if file.suffix == ".tsv" else ",").writerows([names, *rows])
    return file


def test_every_form_gives_the_same_votes(tmp_path: Path) -> None:
    records = [{name: cell or None for name, cell in zip(NAMES, row, strict=True)} for row in ROWS]
    (tmp_path / "w.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records))
    write_json(tmp_path / "w.json", records)
    write_table(tmp_path / "w.csv", NAMES, ROWS)
    write_table(tmp_path / "w.tsv", NAMES, ROWS)
    pyarrow.parquet.write_table(pa.Table.from_pylist(records), tmp_path / "w.parquet")
    for file in sorted(tmp_path.iterdir()):
        assert votes_in(file) == VOTES, file
        assert facts_of(file) == (
            "one column for each annotator, 3 tasks, 5 votes; 2 annotators: ann, bob; task from id; "
            "left out: text, gold"
        )


def test_the_user_may_name_the_annotators(tmp_path: Path) -> None:
    file = write_table(tmp_path / "w.csv", NAMES, ROWS)
    assert votes_in(file, annotators=("ann", "bob")) == VOTES
    assert {who for _, who, _ in votes_in(file, annotators=("all",))} == {"text", "ann", "bob", "gold"}
    assert votes_in(file, annotators=("bob",), task="text")[0] == ("one text", "bob", "dog")
    with pytest.raises(
        BadInput, match="zoe is no column; it has id, text, ann, bob, gold: correct --annotator-c"
    ):
        votes_in(file, annotators=("ann", "zoe"))


def ratings(count: int = 40) -> list[list[int]]:
    """Return rows of an id, two raters who mostly agree, and a number that has nothing to do with them."""
    return [[100 + i, i % 5, i % 5 if i % 4 else (i + 1) % 5, (i * i + i // 3) % 5] for i in range(count)]


def test_numbers_that_agree_are_annotators(tmp_path: Path) -> None:
    names = ("item", "rater_1", "rater_2", "rater_3")
    file = write_table(tmp_path / "w.csv", names, ratings())
    assert "3 annotators: rater_1, rater_2, rater_3" in facts_of(file)


def test_a_number_that_may_be_a_property_of_the_task_is_refused(tmp_path: Path) -> None:
    file = write_table(tmp_path / "w.csv", ("item", "ann", "bob", "depth"), ratings())
    with pytest.raises(BadInput, match="depth may be an annotator or a property of the task: name the annot"):
        votes_in(file)
    assert len(votes_in(file, annotators=("ann", "bob"))) == 80


ANSWERS = {
    "numbers": ("0", "1"),
    "truth": ("False", "True"),
    "words": ("no", "yes"),
    "classes": ("cat", "dog"),
}


def flags(answers: tuple[str, str], property_answers: Sequence[str] | None = None) -> list[list[str]]:
    """Return rows of an id, three annotators who mostly agree, and a property that agrees with them."""
    pair = property_answers or answers
    return [
        [f"t{i}", *(answers[(i + (i % 7 == who)) % 2] for who in range(3)), pair[(i + (i % 5 == 0)) % 2]]
        for i in range(40)
    ]


@pytest.mark.parametrize("answers", ANSWERS.values(), ids=list(ANSWERS))
@pytest.mark.parametrize("name", ["is_long", "hasImage", "model_label", "final answer", "gold", "length"])
def test_a_column_whose_name_is_of_a_property_or_a_last_word_is_left_out(
    tmp_path: Path, answers: tuple[str, str], name: str
) -> None:
    file = write_table(tmp_path / "w.csv", ("item", "ann", "bob", "cem", name), flags(answers))
    facts = facts_of(file)
    assert "3 annotators: ann, bob, cem" in facts
    assert f"left out: {name}" in facts
    loud = "(if one is a property of the tasks, name the others with --annotator-columns)"
    assert (loud in facts) == (answers != ("cat", "dog"))


def test_words_that_all_names_share_are_no_properties(tmp_path: Path) -> None:
    names = ("item", "is_toxic_ann", "is_toxic_bob", "is_toxic_cem", "is_toxic_gold")
    file = write_table(tmp_path / "w.csv", names, flags(("0", "1")))
    assert "3 annotators: is_toxic_ann, is_toxic_bob, is_toxic_cem" in facts_of(file)


def test_a_flag_beside_numbered_annotators_is_refused(tmp_path: Path) -> None:
    for answers in (("0", "1"), ("True", "False")):
        names = ("item", "annotator_1", "annotator_2", "annotator_3", "toxic")
        file = write_table(tmp_path / "w.csv", names, flags(answers))
        with pytest.raises(BadInput, match="toxic may be an annotator or a property of the task"):
            votes_in(file)


def test_one_annotator_beside_a_model_is_refused(tmp_path: Path) -> None:
    rows = [row[:3] for row in flags(("cat", "dog"))]
    file = write_table(tmp_path / "w.csv", ("item", "ann", "model_label"), rows)
    with pytest.raises(
        BadInput, match="may have one annotator, ann, beside model_label: name the annotators"
    ):
        votes_in(file)


def test_annotators_without_a_column_of_tasks_are_refused(tmp_path: Path) -> None:
    rows = [row[1:4] for row in flags(("cat", "dog"))]
    file = write_table(tmp_path / "w.csv", ("ann", "bob", "cem"), rows)
    with pytest.raises(
        BadInput, match="has columns of annotators, ann, bob, cem, and none that names the task"
    ):
        votes_in(file)


NO_VOTES = {
    "counts": [("id", "n_cat", "n_dog"), [(i, i % 4, 3 - i % 4) for i in range(12)]],
    "one hot": [("id", "cat", "dog"), [(i, i % 2, 1 - i % 2) for i in range(12)]],
    "pairs": [("id", "winner", "loser"), [(i, "ab"[i % 2], "ba"[i % 2]) for i in range(12)]],
    "long": [("row", "rater", "rating"), [(i, i % 3, i * i % 4) for i in range(24)]],
    "one column": [("id", "ann"), [(i, "ab"[i % 2]) for i in range(12)]],
    "several rows a task": [("group", "ann", "bob"), [(i // 2, "ab"[i % 2], "a") for i in range(12)]],
}


@pytest.mark.parametrize("case", NO_VOTES)
def test_other_tables_are_no_votes(tmp_path: Path, case: str) -> None:
    names, rows = NO_VOTES[case]
    file = write_table(tmp_path / "w.csv", names, rows)  # type: ignore[arg-type]
    with pytest.raises(BadInput, match=r"no column task|may hold counts|none that names the task"):
        votes_in(file)


def test_several_questions_are_refused(tmp_path: Path) -> None:
    names = ("id", "topic_ann", "topic_bob", "mood_ann", "mood_bob")
    rows = [(i, "ab"[i % 2], "ab"[i % 2], "xy"[i % 2], "xy"[i // 2 % 2]) for i in range(12)]
    file = write_table(tmp_path / "w.csv", names, rows)
    with pytest.raises(BadInput, match="several questions, in the columns topic_ann, topic_bob and mood_ann"):
        votes_in(file)


def test_an_annotator_who_writes_classes_otherwise_is_an_annotator(tmp_path: Path) -> None:
    rows = [(f"t{i}", "ab"[i % 2], "ab"[i % 2], "AB"[i % 2]) for i in range(12)]
    file = write_table(tmp_path / "w.csv", ("item", "ann", "bob", "cem"), rows)
    assert "3 annotators: ann, bob, cem" in facts_of(file)
