"""The commands over files, as a user meets them."""

import csv
import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet
import pytest
from typer.testing import CliRunner

from shoal.command_line.main import command_line
from shoal_sampler.domain.pools.pool import UNKNOWN
from shoal_sampler.usecases.files import select_rows
from shoal_sampler.usecases.files.select_rows import Request, Table, choose_rows
from unit.sampler.poolkit import unit_rows

N = 60


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with embeddings, probabilities and labels; the commands run inside of it."""
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(0)
    np.save("x.npy", 3 * unit_rows(0, N))
    np.save("p.npy", rng.dirichlet(np.ones(3), N).astype(np.float32))
    Path("labelled.csv").write_text("index\n3\n5\n8\n")
    Path("labels.csv").write_text("index,label\n3,cod\n5,tuna\n8,cod\n11,tuna\n")
    Path("y.csv").write_text("label\n" + "".join(f"{'ab'[i % 2]}\n" for i in range(N)))
    return tmp_path


def run(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(command_line(["sampler", *arguments]), ["sampler", *arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.stdout, " ".join(result.stderr.split())


def picks(file: str = "picks.csv") -> list[dict[str, str]]:
    with Path(file).open(newline="") as lines:
        return list(csv.DictReader(lines))


SELECT = ("select", "--embeddings", "x.npy", "--output", "picks.csv")


@pytest.mark.usefixtures("folder")
def test_select_writes_picks_and_says_why() -> None:
    code, _, told = run(*SELECT, "--labels", "labels.csv", "--n", "10", "--explain")
    assert code == 0, told
    rows = picks()
    assert [row["rank"] for row in rows] == [str(rank) for rank in range(1, 11)]
    assert not {row["index"] for row in rows} & {"3", "5", "8", "11"}
    assert all(row["reason"].startswith("auto: uncertainty") for row in rows)
    assert "trust in the uncertainty" in told
    code, _, told = run(*SELECT, "--n", "10", "--explain")
    assert "no model yet" in told
    assert "nan" not in told


def test_rows_moved_together_are_the_rows_copied(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(select_rows, "_BLOCK", 7)
    x, labelled = unit_rows(0, N), np.array([0, 1, 5, 30, 31, 59])
    kept, nothing = x.copy(), np.full(6, UNKNOWN)
    copied, moved = (
        choose_rows(
            Table(vectors=x, labelled=labelled, labels=nothing, disposable=disposable),
            Request(n=9, strategy="herding"),
        )
        for disposable in (False, True)
    )
    assert copied.rows.tolist() == moved.rows.tolist()
    assert not np.array_equal(x, kept)
    assert np.array_equal(x[: N - 6], np.delete(kept, labelled, axis=0))


@pytest.mark.usefixtures("folder")
def test_select_is_the_same_for_float16_parquet_and_the_same_seed() -> None:
    x = np.load("x.npy")
    np.save("half.npy", x.astype(np.float16))
    flat = pa.FixedSizeListArray.from_arrays(pa.array(x.ravel()), x.shape[1])
    pyarrow.parquet.write_table(pa.table({"vector": flat}), "x.parquet")
    pyarrow.parquet.write_table(pa.table({f"c{i}": x[:, i] for i in range(x.shape[1])}), "columns.parquet")
    found = []
    for file in ("x.npy", "x.npy", "half.npy", "x.parquet", "columns.parquet"):
        assert run("select", "--embeddings", file, "--n", "8", "--seed", "3", "--output", "picks.csv")[0] == 0
        found.append([row["index"] for row in picks()])
    assert all(each == found[0] for each in found)


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    "options",
    [
        ("--strategy", "badge"),
        ("--strategy", "margin", "--balance"),
        ("--strategy", "uncertainty_herding", "--duplicates", "0.99", "--labelled", "labelled.csv"),
        ("--combine", "margin=1,novelty=0.5", "--labelled", "labelled.csv"),
        ("--strategy", "entropy", "--target", "target.csv"),
    ],
)
def test_strategies_wrappers_and_weights(options: tuple[str, ...]) -> None:
    Path("target.csv").write_text("share\n1\n0\n0\n")
    Path("weights.csv").write_text("weight\n" + "1.5\n" * N)
    code, _, told = run(*SELECT, "--probabilities", "p.npy", "--weights", "weights.csv", "--n", "9", *options)
    assert code == 0, told
    assert len({row["index"] for row in picks()}) == 9
    if "--target" in options:
        assert {int(np.load("p.npy")[int(row["index"])].argmax()) for row in picks()} == {0}


def broken(**arrays: np.ndarray) -> None:
    for name, array in arrays.items():
        np.save(f"{name}.npy", array)


BAD = [
    (("--n", "61"), "--n: 61, but only 60 can be chosen"),
    (("--n", "0"), "--n: must be at least 1"),
    (("--n", "5", "--strategy", "magin"), "--strategy: 'magin' is unknown: use one of auto"),
    (
        ("--n", "5", "--strategy", "margin"),
        "--probabilities: this choice needs the model's probabilities: give them",
    ),
    (("--n", "5", "--probabilities", "short.npy"), "short.npy has 59 rows, embeddings 60"),
    (("--n", "5", "--probabilities", "sums.npy"), "row 7 adds up to 2, not to 1"),
    (
        ("--n", "5", "--probabilities", "below.npy"),
        "row 4 has -1: apply a softmax to logits; probabilities are 0 or more",
    ),
    (("--n", "5", "--labelled", "outside.csv"), "entry 1 is row 60, outside 0 to 59"),
    (("--n", "5", "--labelled", "twice.csv"), "names row 3 more than once"),
    (("--n", "5", "--labelled", "words.csv"), "labelled words.csv, line 3: index 'cod' is not a number"),
    (
        ("--n", "5", "--labelled", "labelled.csv", "--labels", "y.csv"),
        "y.csv has 60 labels, --labelled 3 rows",
    ),
    (("--n", "5", "--labels", "missing.csv"), "labels missing.csv cannot be read"),
    (("--n", "5", "--weights", "zero.npy"), "weights, row 2 is 0: give finite numbers above 0"),
    (("--n", "5", "--combine", "margin=x", "--probabilities", "p.npy"), "'margin=x' is not name=strength"),
    (("--n", "5", "--combine", "hue", "--probabilities", "p.npy"), "hue cannot be combined: use margin"),
]


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(("options", "told"), BAD)
def test_bad_input_is_one_line_and_exit_code_2(options: tuple[str, ...], told: str) -> None:
    p = np.load("p.npy")
    sums, below, zero = p.copy(), p.copy(), np.ones(N)
    sums[7] *= 2
    below[4] = [-1, 1, 1]
    zero[2] = 0
    broken(short=p[:-1], sums=sums, below=below, zero=zero)
    for name, lines in (("outside", "1\n60"), ("twice", "3\n3"), ("words", "3\ncod")):
        Path(f"{name}.csv").write_text(f"index\n{lines}\n")
    code, _, error = run(*SELECT, *options)
    assert code == 2
    assert told in error
    assert not Path("picks.csv").exists()


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda x: x.__setitem__((7, 2), np.nan), "embeddings x.npy, row 7, column 2 is nan"),
        (lambda x: x.__setitem__((9, 0), np.inf), "embeddings x.npy, row 9, column 0 is inf"),
        (lambda x: x.__setitem__(4, 0.0), "embeddings x.npy, row 4 is all zeros"),
    ],
)
def test_bad_embeddings_name_the_row(make: object, told: str) -> None:
    x = np.load("x.npy")
    make(x)  # type: ignore[operator]
    np.save("x.npy", x)
    code, _, error = run(*SELECT, "--n", "5")
    assert (code, told in error) == (2, True), error


@pytest.mark.usefixtures("folder")
def test_shapes_and_files_that_are_no_embeddings() -> None:
    np.save("flat.npy", np.ones(5))
    np.save("empty.npy", np.empty((0, 4)))
    np.save("text.npy", np.array(["a"]))
    Path("junk.npy").write_bytes(b"junk")
    cases = {
        "flat.npy": "shape (5,)",
        "empty.npy": "is empty",
        "text.npy": "not numbers",
        "junk.npy": "cannot be read: it is not a .npy file",
        "labels.csv": "give a .npy, .npz, .parquet or .arrow file",
    }
    for file, told in cases.items():
        code, _, error = run("select", "--embeddings", file, "--n", "1", "--output", "o.csv")
        assert (code, told in error) == (2, True), (file, error)


@pytest.mark.usefixtures("folder")
def test_simulate_draws_curves_and_one_page() -> None:
    code, table, told = run(
        "simulate", "--embeddings", "x.npy", "--labels", "y.csv", "--strategies", "random,auto,badge",
        "--budgets", "6,12,24", "--seeds", "3", "--output", "curves",
    )  # fmt: skip
    assert code == 0, told
    assert "labels" in table
    rows = picks("curves/curves.csv")
    assert len(rows) == 3 * 3 * 3
    assert {row["strategy"] for row in rows} == {"random", "auto", "badge"}
    assert {row["strategy"] for row in picks("curves/needed.csv")} == {"random", "auto", "badge"}
    page = Path("curves/index.html").read_text()
    assert page.count("<polyline") == 3
    assert "http" not in page.replace("http-equiv", "")


@pytest.mark.usefixtures("folder")
def test_simulate_refuses_what_it_cannot_learn_from() -> None:
    Path("few.csv").write_text("label\na\nb\n")
    Path("gap.csv").write_text("label\n" + "a\n" * 7 + "\n" + "b\n" * (N - 8))
    base = ("simulate", "--embeddings", "x.npy", "--output", "curves")
    for options, told in (
        (("--labels", "few.csv"), "embeddings have 60 rows, labels 2"),
        (("--labels", "gap.csv"), "labels gap.csv, line 9: label is empty"),
        (("--labels", "y.csv", "--budgets", "5,4"), "--budgets: must be in rising order"),
        (("--labels", "y.csv", "--budgets", "five"), "--budgets: 'five': give whole numbers"),
        (("--labels", "y.csv", "--strategies", "best", "--budgets", "5"), "--strategies: 'best' is unknown"),
        (("--labels", "y.csv", "--test-labels", "y.csv"), "belong together"),
    ):
        code, _, error = run(*base, *options)
        assert (code, told in error) == (2, True), error


@pytest.mark.usefixtures("folder")
def test_duplicates_names_groups_and_representatives() -> None:
    x = np.load("x.npy")
    x[20], x[40] = 2 * x[7], x[7] * 1.001
    np.save("x.npy", x)
    code, out, _ = run("duplicates", "--embeddings", "x.npy", "--similarity", "0.999", "--output", "d.csv")
    assert code == 0
    assert json.loads(out)["rows_to_drop"] == 2
    assert [(r["index"], r["group"], r["representative"]) for r in picks("d.csv")] == [
        ("7", "7", "1"),
        ("20", "7", "0"),
        ("40", "7", "0"),
    ]
    assert run("duplicates", "--embeddings", "x.npy", "--similarity", "1.5", "--output", "d.csv")[0] == 2
