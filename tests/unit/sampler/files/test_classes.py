"""Names and order of classes in `shoal sampler select` and `simulate`, as a user meets them."""

import csv
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet
import pytest
from typer.testing import CliRunner

from shoal.command_line.main import command_line

N, CLASSES = 600, 12
NAMES = "abcdefghijkl"
SELECT = ("select", "--embeddings", "x.npy", "--n", "24", "--output", "picks.csv")


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(command_line(["sampler", *arguments]), ["sampler", *arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, " ".join(result.stderr.split())


def picks() -> list[str]:
    with Path("picks.csv").open(newline="") as lines:
        return [row["index"] for row in csv.DictReader(lines)]


@pytest.fixture
def truth(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> np.ndarray:
    """Return the classes of rows whose embeddings and probabilities lie in the working folder."""
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(0)
    classes = rng.integers(0, CLASSES, N)
    np.save("x.npy", 4 * rng.normal(size=(CLASSES, 16))[classes] + rng.normal(size=(N, 16)))
    scores = np.exp(3 * np.eye(CLASSES)[classes] + rng.normal(size=(N, CLASSES)))
    np.save("p.npy", (scores / scores.sum(axis=1, keepdims=True)).astype(np.float32))
    return classes


def write_labels(truth: np.ndarray, form: Callable[[int], object], file: str = "labels.csv") -> None:
    with Path(file).open("w", newline="") as lines:
        csv.writer(lines).writerows([("index", "label"), *((row, form(truth[row])) for row in range(150))])


def write_named(order: list[int], file: str = "p.parquet") -> None:
    p = np.load("p.npy")
    pyarrow.parquet.write_table(pa.table({NAMES[k]: p[:, k] for k in order}), file)


FORMS: list[Callable[[int], object]] = [
    int,
    float,
    lambda k: f"{k:02d}",
    lambda k: k + 1,
    lambda k: k - 5,
    lambda k: 2010 + k,
    lambda k: f"{k + 7:03d}",
    lambda k: 10115 + 700 * k,
    lambda k: 10**30 + int(k),
    lambda k: k / 2,
    lambda k: NAMES[k],
]


def test_any_form_of_the_labels_gives_the_same_rows(truth: np.ndarray) -> None:
    for options in ((), ("--probabilities", "p.npy", "--strategy", "stratified")):
        rows = []
        for form in FORMS:
            write_labels(truth, form)
            code, message = run(*SELECT, "--labels", "labels.csv", *options)
            assert code == 0, message
            rows.append(picks())
        assert all(row == rows[0] for row in rows)


def test_post_codes_are_three_classes_and_not_eighty_thousand(truth: np.ndarray) -> None:
    write_labels(truth % 3, lambda k: ("10115", "50667", "80331")[k])
    code, message = run(*SELECT, "--labels", "labels.csv")
    assert code == 0
    assert "labels labels.csv: 150 rows; 3 classes: 10115, 50667, 80331" in message


def test_named_columns_may_stand_in_any_order(truth: np.ndarray) -> None:
    write_labels(truth, lambda k: NAMES[k])
    Path("target.csv").write_text("class,share\n" + "".join(f"{k},{i + 1}\n" for i, k in enumerate(NAMES)))
    rows = []
    for seed in range(4):
        write_named(np.random.default_rng(seed).permutation(CLASSES).tolist())
        code, message = run(
            *SELECT, "--labels", "labels.csv", "--probabilities", "p.parquet", "--target", "target.csv"
        )
        assert (code, "by the names of the columns" in message) == (0, True), message
        rows.append(picks())
    assert all(row == rows[0] for row in rows)


def test_target_shares_go_to_their_classes_in_any_order_of_rows(truth: np.ndarray) -> None:
    write_named(list(range(CLASSES)))
    lines = [f"{name},{0.5 if name in 'ab' else 0}\n" for name in NAMES]
    rows = []
    for order in (lines, lines[::-1]):
        Path("target.csv").write_text("class,share\n" + "".join(order))
        code, message = run(
            *SELECT, "--probabilities", "p.parquet", "--strategy", "margin", "--target", "target.csv"
        )
        assert code == 0, message
        rows.append(picks())
    assert rows[0] == rows[1]
    assert set(np.load("p.npy")[[int(row) for row in rows[0]]].argmax(axis=1)) == {0, 1}


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ([f"{name},1" for name in NAMES[:-2]], "has no share for k, l: give each class one, 0 for a class"),
        ([f"{name},1" for name in [*NAMES, "m"]], "class 'm' is no column of the probabilities"),
        ([f"{name},1" for name in [*NAMES, "a"]], "class 'a' has two shares: give one"),
        ([f"{name},1" for name in NAMES.upper()], "'A' in the target, 'a' in the probabilities"),
        ([f"{name}," for name in NAMES], "share is empty"),
    ],
)
def test_a_target_that_does_not_fit_the_classes_is_refused(
    truth: np.ndarray, lines: list[str], message: str
) -> None:
    write_named(list(range(CLASSES)))
    Path("target.csv").write_text("class,share\n" + "\n".join(lines) + "\n")
    code, error = run(*SELECT, "--probabilities", "p.parquet", "--target", "target.csv")
    assert (code, message in error) == (2, True), error
    assert not Path("picks.csv").exists()


def test_a_target_with_names_needs_columns_with_names(truth: np.ndarray) -> None:
    Path("target.csv").write_text("class,share\n" + "".join(f"{name},1\n" for name in NAMES))
    base = (*SELECT, "--probabilities", "p.npy", "--target", "target.csv")
    code, error = run(*base)
    assert (code, "does not name its 12 columns: give the classes" in error) == (2, True), error
    assert run(*base, "--classes", ",".join(NAMES))[0] == 0
    Path("target.csv").write_text("class,share\n" + "".join(f"{k},1\n" for k in range(CLASSES)))
    assert run(*base)[0] == 0


def test_columns_in_another_order_are_refused_with_the_order_that_fits(truth: np.ndarray) -> None:
    text = sorted(range(CLASSES), key=str)
    np.save("p.npy", np.load("p.npy")[:, text])
    write_labels(truth, int)
    base = (*SELECT, "--labels", "labels.csv", "--probabilities", "p.npy")
    code, error = run(*base)
    fix = f"give --classes {','.join(map(str, text))}"
    assert (code, fix in error) == (2, True), error
    Path("classes.txt").write_text("\n".join(map(str, text)))
    code, error = run(*base, "--classes", "@classes.txt")
    assert code == 0, error


def test_labels_that_name_no_column_are_refused(truth: np.ndarray) -> None:
    write_named(list(range(CLASSES)))
    write_labels(truth, lambda k: NAMES[k].upper())
    base = (*SELECT, "--labels", "labels.csv", "--probabilities", "p.parquet")
    code, error = run(*base)
    assert (code, "label 'A' ('a' in probabilities p.parquet) has no column" in error) == (2, True), error
    code, error = run(*base, "--join-spellings")
    assert code == 0, error
    upper = picks()
    write_labels(truth, lambda k: NAMES[k])
    assert run(*base)[0] == 0
    assert picks() == upper


def test_ids_as_labels_are_noticed(truth: np.ndarray) -> None:
    write_labels(np.arange(N), lambda k: f"img_{k}")
    code, message = run(*SELECT, "--labels", "labels.csv")
    assert (code, "each of 150 labels occurs once, as ids do" in message) == (0, True)
    write_labels(np.arange(N), int)
    Path("y.csv").write_text("label\n" + "".join(f"{k}\n" for k in range(N)))
    code, message = run("simulate", "--embeddings", "x.npy", "--labels", "y.csv", "--output", "o")
    assert (code, "each of 600 labels occurs once" in message) == (2, True)


def test_test_labels_in_another_spelling_are_refused_or_joined(truth: np.ndarray) -> None:
    Path("y.csv").write_text("label\n" + "".join(f"{k}\n" for k in truth))
    Path("t.csv").write_text("label\n" + "".join(f"{float(k)}\n" for k in truth))
    base = (
        "simulate", "--embeddings", "x.npy", "--labels", "y.csv", "--test-embeddings", "x.npy", "--test-labels",
        "t.csv", "--output", "o", "--strategies", "random", "--budgets", "50", "--seeds", "1",
    )  # fmt: skip
    code, error = run(*base)
    assert (code, "'0.0' in the test labels, '0' in the labels" in error) == (2, True), error
    assert not Path("o").exists()
    code, error = run(*base, "--join-spellings")
    assert (code, "joined by spelling: '0.0' as '0'" in error) == (0, True), error


def test_labels_of_an_array_are_one_for_each_row_and_may_be_missing(truth: np.ndarray) -> None:
    labels = np.where(np.arange(N) < 150, truth, np.nan)
    np.save("y.npy", labels)
    write_labels(truth, float)
    rows = []
    for file in ("y.npy", "labels.csv"):
        code, message = run(*SELECT, "--labels", file)
        assert (code, "12 classes: 0.0, 1.0" in message) == (0, True), message
        rows.append(picks())
    assert rows[0] == rows[1]
    np.save("y.npy", np.eye(CLASSES)[truth])
    code, error = run(*SELECT, "--labels", "y.npy")
    assert (code, "has shape (600, 12): give one label for each row" in error) == (2, True), error
