"""Commands over votes read exports of annotation tools, and say in one line what they read."""

import csv
import json
from pathlib import Path

import pytest

from unit.qa.fileskit import rows_of, run

MULTI = (("u1", 100, "AB"), ("u2", 100, "BA"), ("u1", 101, "C"), ("u2", 101, "C"))


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def write_export(tasks: int = 40) -> None:
    """Write a Label Studio export: three people, of whom eve is always wrong, and gold by an expert."""

    def annotation(who: str, label: str, **more: object) -> dict[str, object]:
        result = {"from_name": "topic", "to_name": "t", "type": "choices", "value": {"choices": [label]}}
        person = {"id": len(who), "email": f"{who}@x.org"}
        return {"completed_by": person, "result": [result], "was_cancelled": False, "lead_time": 5, **more}

    records = []
    for number in range(tasks):
        right, wrong = ("cat", "dog") if number % 2 else ("dog", "cat")
        answers = [annotation("ann", right), annotation("bobby", right), annotation("eve1", wrong)]
        if number < 20:
            answers.append(annotation("expert", right, ground_truth=True))
        if number == 7:
            answers[0]["was_cancelled"] = True
        records.append({"id": number, "data": {"text": "t"}, "annotations": answers})
    Path("export.json").write_text(json.dumps(records))


def test_consensus_of_an_export_with_its_own_gold() -> None:
    write_export()
    arguments = ("--votes", "export.json", "--gold", "export.json", "--output", "o.csv")
    code, _, error = run("consensus", *arguments)
    assert code == 0, error
    assert "votes export.json: Label Studio JSON, 40 tasks, 140 annotations; label from topic" in error
    assert "1 left out: cancelled" in error
    assert "gold export.json: Label Studio JSON" in error
    assert "20 marked as ground truth" in error
    labels = {row["task"]: row["label"] for row in rows_of("o.csv")}
    assert labels == {str(number): "cat" if number % 2 else "dog" for number in range(40)}


def test_annotators_of_an_export() -> None:
    write_export()
    arguments = ("--votes", "export.json", "--gold", "export.json", "--seconds", "lead_time")
    code, _, error = run("annotators", *arguments, "--output", "a.csv")
    assert code == 0, error
    states = {row["worker"]: row["state"] for row in rows_of("a.csv")}
    assert states["eve1@x.org"] == "blocked"
    assert states["ann@x.org"] == "trusted"


def test_votes_of_an_export_are_replayed() -> None:
    write_export()
    code, out, error = run("simulate-votes", "--votes", "export.json", "--seeds", "1")
    assert (code, "votes per task" in out) == (0, True), error


@pytest.mark.parametrize("named", [False, True])
def test_sets_are_compared_in_any_order(named: bool) -> None:
    with Path("multi.csv").open("w", newline="") as lines:
        writer = csv.writer(lines)
        writer.writerow(["annotation_id", "annotator", "id", "topics"])
        for index, (who, task, names) in enumerate(MULTI):
            cell = json.dumps({"choices": list(names)}) if len(names) > 1 else names
            writer.writerow([index, who, task, cell])
    columns = ("--task-column", "id", "--worker-column", "annotator", "--label-column", "topics")
    command = ("agreement", "--votes", "multi.csv", "--format", "json", *(columns if named else ()))
    code, out, error = run(*command, "--shape", "multi")
    assert (code, json.loads(out)["alpha"]) == (0, 1.0), error
    code, _, error = run(*command)
    assert (code, "multi.csv, line 2" in error, "--shape multi` compares sets" in error) == (2, True, True)


def test_sets_in_plain_tables_are_sets_too() -> None:
    votes = [("1", "a", '["x", "y"]'), ("1", "b", '["y","x"]'), ("2", "a", "z"), ("2", "b", '["z"]')]
    Path("v.jsonl").write_text(
        "".join(
            json.dumps(dict(zip(("task", "worker", "label"), vote, strict=True))) + "\n" for vote in votes
        )
    )
    code, out, error = run("agreement", "--votes", "v.jsonl", "--shape", "multi", "--format", "json")
    assert (code, json.loads(out)["alpha"]) == (0, 1.0), error
    code, _, error = run("consensus", "--votes", "v.jsonl", "--output", "o.csv")
    assert (code, "line 1" in error, Path("o.csv").exists()) == (2, True, False), error


def test_a_set_of_one_class_is_that_class() -> None:
    Path("v.csv").write_text('task,worker,label\n1,a,x\n1,b,"[""x""]"\n2,a,y\n2,b,y\n')
    code, out, error = run("agreement", "--votes", "v.csv", "--format", "json")
    assert (code, json.loads(out)["alpha"]) == (0, 1.0), error


def test_the_last_answer_by_time_counts_whatever_the_order_of_rows() -> None:
    rows = [
        {
            "id": 1,
            "annotator": who,
            "annotation_id": 1,
            "topic": label,
            "created_at": f"2026-03-0{day}T10:00:00Z",
        }
        for who, label, day in (("ann", "new", 2), ("ann", "old", 1), ("bob", "new", 1))
    ]
    Path("min.json").write_text(json.dumps([*rows, {**rows[2], "id": 2}]))
    code, out, error = run("agreement", "--votes", "min.json", "--format", "json")
    assert code == 0, error
    assert json.loads(out)["agreement_of_pairs"] == 1.0


def test_a_table_with_a_column_for_each_annotator() -> None:
    Path("wide.csv").write_text("id,text,ann,bob,gold\n1,a b,cat,cat,cat\n2,c,dog,,dog\n3,d e,cat,dog,cat\n")
    gold = ("--gold", "wide.csv", "--gold-task-column", "id", "--gold-label-column", "gold")
    code, _, error = run("consensus", "--votes", "wide.csv", *gold, "--output", "o.csv")
    assert code == 0, error
    assert "2 annotators: ann, bob; task from id; left out: text, gold" in error
    code, _, error = run(
        "agreement", "--votes", "wide.csv", "--annotator-columns", "ann", "--label-column", "x"
    )
    assert (code, "--annotator-columns: is for tables without columns" in error) == (2, True)
