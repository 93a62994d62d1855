"""Gold, truth and predictions whose names are spelled unlike those of the votes, as a user meets them."""

import unicodedata
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from shoal_qa.domain.consensus import Options, consensus
from shoal_qa.domain.votes.arrays import name_votes
from unit.qa.fileskit import rows_of, run, write

Spell = Callable[[int], str]
CONSENSUS = ("consensus", "--votes", "votes.csv", "--output", "labels.csv")
SPELLINGS: list[tuple[Spell, Spell]] = [
    (str, lambda k: f"{k}.0"),
    (str, lambda k: str(bool(k))),
    (lambda k: str(bool(k)), lambda k: str(bool(k)).lower()),
    (str, lambda k: f"0{k}"),
    (lambda k: ("no cat", "cat")[k], lambda k: ("No Cat", "Cat")[k]),
    (lambda k: ("café", "thé")[k], lambda k: unicodedata.normalize("NFD", ("café", "thé")[k])),
    (lambda k: ("a", "b")[k], lambda k: ("\uff41", "\uff42")[k]),
    (lambda k: ("a", "b")[k], lambda k: ('"a"', '"b"')[k]),
    (lambda k: ("1000", "2000")[k], lambda k: ("1,000", "2,000")[k]),
]


@pytest.fixture
def truth(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> np.ndarray:
    monkeypatch.chdir(tmp_path)
    return np.random.default_rng(1).integers(0, 2, 60)


def write_votes(truth: np.ndarray, spell: Spell) -> None:
    rng = np.random.default_rng(2)
    rows = [
        (task, f"w{w}", spell(int(k if rng.random() < 0.85 else 1 - k)))
        for task, k in enumerate(truth)
        for w in range(5)
    ]
    write("votes.csv", "task,worker,label", rows)


def write_gold(truth: np.ndarray, spell: Spell, task: Callable[[int], object] = int) -> None:
    write("gold.csv", "task,label", [(task(t), spell(int(truth[t]))) for t in range(30)])


@pytest.mark.parametrize("spell", SPELLINGS)
def test_gold_in_another_spelling_is_refused_or_joined(truth: np.ndarray, spell: tuple[Spell, Spell]) -> None:
    write_votes(truth, spell[0])
    write_gold(truth, spell[0])
    assert run(*CONSENSUS, "--gold", "gold.csv")[0] == 0
    right = rows_of("labels.csv")
    Path("labels.csv").unlink()
    write_gold(truth, spell[1])
    for command in (
        CONSENSUS,
        ("annotators", "--votes", "votes.csv"),
        ("simulate-votes", "--votes", "votes.csv", "--seeds", "1"),
    ):
        option = "--truth" if command[0] == "simulate-votes" else "--gold"
        code, _, error = run(*command, option, "gold.csv")
        assert (code, "none of its labels appears in the votes" in error) == (2, True), error
        assert "join them with --join-spellings" in error
        assert repr(spell[1](0)) in error or repr(spell[1](1)) in error
        assert repr(spell[0](0)) in error or repr(spell[0](1)) in error
    assert not Path("labels.csv").exists()
    code, _, message = run(*CONSENSUS, "--gold", "gold.csv", "--join-spellings")
    assert (code, "labels joined by spelling" in message) == (0, True), message
    assert rows_of("labels.csv") == right


def test_tasks_of_gold_in_another_spelling_are_refused_or_joined(truth: np.ndarray) -> None:
    write_votes(truth, str)
    write_gold(truth, str)
    assert run(*CONSENSUS, "--gold", "gold.csv")[0] == 0
    right = rows_of("labels.csv")
    write_gold(truth, str, lambda t: f"{t}.0")
    code, _, error = run(*CONSENSUS, "--gold", "gold.csv")
    assert code == 2
    assert "none of its tasks appears in the votes ('0.0' in gold, '0' in the votes" in error
    code, _, message = run(*CONSENSUS, "--gold", "gold.csv", "--join-spellings")
    assert (code, "tasks joined by spelling: '0.0' as '0'" in message) == (0, True), message
    assert rows_of("labels.csv") == right


def test_two_answers_to_two_spellings_of_a_task_are_refused(truth: np.ndarray) -> None:
    write_votes(truth, str)
    write("gold.csv", "task,label", [("1", "0"), ("1.0", "1")])
    code, _, error = run(*CONSENSUS, "--gold", "gold.csv", "--join-spellings")
    assert (code, "task '1' has two answers, '0' and '1'" in error) == (2, True), error


def test_names_that_only_look_alike_are_refused_with_and_without_joining(truth: np.ndarray) -> None:
    write_votes(truth, str)
    write_gold(truth, lambda k: f"class_{k}")
    for options in ((), ("--join-spellings",)):
        code, _, error = run(*CONSENSUS, "--gold", "gold.csv", *options)
        assert (code, "'class_0' in gold, '0' in the votes" in error) == (2, True), error
        assert "--join-spellings" not in error


def test_a_label_that_nobody_voted_for_is_written_on_its_own_gold_task_only(truth: np.ndarray) -> None:
    write_votes(truth, str)
    write("gold.csv", "task,label", [(t, "1.0" if truth[t] and t > 3 else truth[t]) for t in range(30)])
    for model in ("auto", "dawid-skene", "majority"):
        code, _, message = run(*CONSENSUS, "--gold", "gold.csv", "--model", model)
        assert code == 0, message
        assert "1 of 3 labels were never voted ('1.0' in gold, '1' in the votes)" in message
        rows = rows_of("labels.csv")
        assert {row["label"] for row in rows if int(row["task"]) >= 30} == {"0", "1"}
        assert {row["label"] for row in rows if int(row["task"]) < 30} == {"0", "1", "1.0"}
    code, _, message = run(*CONSENSUS, "--gold", "gold.csv", "--join-spellings")
    assert {row["label"] for row in rows_of("labels.csv")} == {"0", "1"}


def test_predictions_name_classes_and_tasks_in_the_spelling_of_the_votes(truth: np.ndarray) -> None:
    write_votes(truth, str)
    base = (*CONSENSUS, "--predictions", "p.csv")
    scores = [(t, 0.9 - 0.8 * k, 0.1 + 0.8 * k) for t, k in enumerate(truth)]
    write("p.csv", "task,0,1", scores)
    assert run(*base)[0] == 0
    right = rows_of("labels.csv")
    write("p.csv", "task,0.0,1.0", [(f"{t}.0", *rest) for t, *rest in scores])
    code, _, error = run(*base)
    assert (code, "'0.0' in the predictions, '0' in the votes" in error) == (2, True), error
    code, _, error = run(*base, "--join-spellings")
    assert code == 0, error
    assert rows_of("labels.csv") == right
    write("p.csv", "task,1,0", scores)
    code, _, message = run(*base)
    assert (code, "either the columns have wrong names" in message) == (0, True), message


def test_no_task_without_gold_gets_a_class_without_votes() -> None:
    rng = np.random.default_rng(3)
    triples = [(f"t{t:03}", f"w{w}", "ab"[int(rng.random() < 0.5)]) for t in range(80) for w in range(3)]
    named = name_votes(triples, ["a", "b", "c"])
    gold = np.where(np.arange(80) < 40, 2, -1).astype(np.int32)
    for model in ("auto", "dawid-skene", "mace", "majority"):
        outcome = consensus(named.votes, gold, Options(model=model, target_precision=0.9))
        assert (outcome.label[:40] == 2).all()
        assert set(outcome.label[40:].tolist()) <= {0, 1}
        assert np.allclose(outcome.posterior[40:].sum(axis=1), 1)
        assert not outcome.accepted[40:].any()


def test_ids_and_free_text_in_place_of_classes_are_refused(truth: np.ndarray) -> None:
    write(
        "votes.csv", "task,worker,label", [(t, f"w{w}", f"text {t} {w}") for t in range(60) for w in range(3)]
    )
    for command in (
        CONSENSUS,
        ("annotators", "--votes", "votes.csv"),
        ("simulate-votes", "--votes", "votes.csv"),
    ):
        code, _, error = run(*command)
        assert (code, "180 of 180 votes have a label that nobody else gave" in error) == (2, True), error
    code, _, message = run("agreement", "--votes", "votes.csv")
    assert (code, "if the labels are numbers or texts, say so with --shape" in message) == (0, True)
    assert "nobody else gave" not in run("agreement", "--votes", "votes.csv", "--shape", "text")[2]
