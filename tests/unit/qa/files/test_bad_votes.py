"""Files of votes that cannot be used, or only with a warning, by every command over them."""

from pathlib import Path

import pytest

from unit.qa.fileskit import run

COMMANDS = [
    ("agreement",),
    ("annotators", "--output", "o.csv"),
    ("consensus", "--output", "o.csv", "--report", "o.html"),
    ("simulate-votes", "--output", "o", "--seeds", "1", "--model", "majority"),
]
BAD_VOTES = {
    "task,worker\na,b\n": "has no column label; it has task, worker: give --label-column one of them",
    "task,task,worker,label\na,a,b,c\n": "has two columns task",
    "": "is empty: it needs a header and rows",
    "task,worker,label\n": "has no votes",
    "task,worker,label\na,b,\n": "has no votes",
    "task,worker,label\na,b,c\n,b,c\n": "line 3: task is empty: fill it, or remove the row",
    "task,worker,label\na,b,c\na,  ,c\n": "line 3: worker is empty",
    "task,worker,label\na,b,c\na,b\n": "line 3 has 2 values, the header 3 columns",
}


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(("text", "told"), BAD_VOTES.items())
@pytest.mark.usefixtures("crowd")
def test_bad_votes_are_one_line(command: tuple[str, ...], text: str, told: str) -> None:
    Path("bad.csv").write_text(text)
    code, _, error = run(*command, "--votes", "bad.csv")
    assert (code, told in error) == (2, True), error
    assert not Path("o.csv").exists()
    assert not Path("o").exists()


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.usefixtures("crowd")
def test_what_is_no_file_of_votes_is_one_line(command: tuple[str, ...]) -> None:
    Path("folder.csv").mkdir()
    Path("junk.parquet").write_bytes(b"junk")
    Path("latin.csv").write_bytes("task,worker,label\na,b,caf\xe9\n".encode("latin-1"))
    for file in ("folder.csv", "junk.parquet", "missing.csv"):
        code, _, error = run(*command, "--votes", file)
        assert (code, f"votes {file} cannot be read" in error) == (2, True), (file, error)
    code, _, error = run(*command, "--votes", "latin.csv")
    fix = "give --encoding latin-1, which reads 'café'"
    assert (code, f"votes latin.csv, line 2: byte 0xE9 is not UTF-8: {fix}" in error) == (2, True)


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.usefixtures("crowd")
def test_odd_votes_are_warned_of(command: tuple[str, ...]) -> None:
    cases = {
        "a,x,c\na,x,d\na,y,c\n": "left out 1 row of repeated votes (1 with another label); "
        "an annotator's last vote on a task counts; the first repetition is line 3, annotator 'x' on task 'a'",
        "a,x,c\na,y,\nb,x,c\nb,y,d\n": "left out 1 row without a label, the first is line 3",
        "a,x,c\nb,x,d\n": "one annotator only ('x')",
        "a,x,c\nb,y,d\n": "no task has two votes",
    }
    for text, told in cases.items():
        Path("odd.csv").write_text("task,worker,label\n" + text)
        code, _, error = run(*command, "--votes", "odd.csv")
        assert code == 0, error
        assert told in error
    Path("odd.csv").write_text("task,worker,label\na,x,c\na,y,c\nb,x,c\n")
    code, _, error = run(*command, "--votes", "odd.csv")
    assert code == 0
    assert "all answers are the same" in error or "one class only ('c')" in error
