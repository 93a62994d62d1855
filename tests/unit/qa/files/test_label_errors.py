"""`shoal qa label-errors`, as a user meets it."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet
import pytest

from unit.qa.crowds import Crowd
from unit.qa.fileskit import CLASSES, rows_of, run, write


def probabilities(crowd: Crowd, noise: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return true classes, labels of which a tenth is wrong, and a model's probabilities."""
    rng = np.random.default_rng(4)
    truth = np.repeat(crowd.truth, 3)
    wrong = rng.random(len(truth)) < 0.1
    label = np.where(wrong, (truth + rng.integers(1, 3, len(truth))) % 3, truth)
    scores = 3 * np.eye(3)[truth] + noise * rng.normal(size=(len(truth), 3))
    p = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    return truth, label, p


def test_label_errors_come_first_and_with_a_better_label(crowd: Crowd) -> None:
    truth, label, p = probabilities(crowd, 1.0)
    write("labels.csv", "id,label", [(f"s{i}", CLASSES[each]) for i, each in enumerate(label)])
    np.save("p.npy", p.astype(np.float32))
    code, table, told = run(
        "label-errors", "--labels", "labels.csv", "--probabilities", "p.npy", "--output", "errors.csv",
        "--id-column", "id",
    )  # fmt: skip
    assert code == 0, told
    assert "labels are wrong" in table
    found = rows_of("errors.csv")
    assert len(found) == len(label)
    wrong = [float(each["wrong"]) for each in found]
    assert wrong == sorted(wrong, reverse=True)
    count = int((truth != label).sum())
    hits = [each for each in found[:count] if truth[int(each["row"])] != label[int(each["row"])]]
    assert len(hits) > 0.8 * count
    assert all(each["id"] == f"s{each['row']}" for each in found)
    better = [each["suggestion"] == CLASSES[truth[int(each["row"])]] for each in hits]
    assert np.mean(better) > 0.8
    assert sum(wrong) == pytest.approx(count, rel=0.3)


def test_the_printed_labels_have_another_one_as_their_suggestion() -> None:
    write("labels.csv", "label", [(CLASSES[each % 3],) for each in range(60)])
    p = np.full((60, 3), 0.02)
    p[np.arange(60), np.arange(60) % 3] = 0.96
    p[0], p[1] = [0.02, 0.96, 0.02], [0.02, 0.02, 0.96]
    np.save("p.npy", p.astype(np.float32))
    code, table, told = run(
        "label-errors", "--labels", "labels.csv", "--probabilities", "p.npy", "--output", "errors.csv",
    )  # fmt: skip
    assert code == 0, told
    rows = [line.split("│")[1:4] for line in table.splitlines() if line.startswith("│")]
    assert sorted(row.strip() for row, _, _ in rows) == ["0", "1"]
    assert len(rows_of("errors.csv")) == 60


def test_label_errors_from_embeddings_and_from_named_columns(crowd: Crowd) -> None:
    truth, label, p = probabilities(crowd, 1.0)
    write("labels.csv", "label", [(CLASSES[each],) for each in label])
    centres = np.random.default_rng(5).normal(size=(3, 8))
    np.save("x.npy", (centres[truth] + 0.3 * np.random.default_rng(6).normal(size=(len(truth), 8))))
    base = ("label-errors", "--labels", "labels.csv", "--output", "errors.csv")
    assert run(*base, "--embeddings", "x.npy")[0] == 0
    count = int((truth != label).sum())
    first = [int(each["row"]) for each in rows_of("errors.csv")[:count]]
    assert (truth[first] != label[first]).mean() > 0.9
    turned = pa.table({CLASSES[k]: p[:, k] for k in (2, 0, 1)})
    pyarrow.parquet.write_table(turned, "p.parquet")
    assert run(*base, "--probabilities", "p.parquet")[0] == 0
    by_name = rows_of("errors.csv")
    np.save("p.npy", p[:, [2, 0, 1]])
    assert run(*base, "--probabilities", "p.npy", "--classes", "eel, cat,dog")[0] == 0
    assert rows_of("errors.csv") == by_name


def test_labels_that_are_numbers_are_the_columns(crowd: Crowd) -> None:
    _, label, p = probabilities(crowd, 1.0)
    write("labels.csv", "label", [(each or "",) for each in label])  # class 0 is never given
    np.save("p.npy", p)
    code, _, told = run(
        "label-errors", "--labels", "labels.csv", "--probabilities", "p.npy", "--output", "e.csv"
    )
    assert code == 0, told
    assert "rows without a label, the first is line" in told
    found = rows_of("e.csv")
    assert {each["label"] for each in found} == {"1", "2"}
    assert all(label[int(each["row"])] == int(each["label"]) for each in found)


BAD_LABELS = [
    (("--probabilities", "short.npy"), "short.npy has 899 rows, labels labels.csv 900"),
    (("--probabilities", "sums.npy"), "sums.npy, row 7 adds up to 2, not to 1"),
    (("--probabilities", "nan.npy"), "nan.npy, row 4, column 1 is nan"),
    (
        ("--probabilities", "four.npy"),
        "--classes: probabilities four.npy has 4 columns, but there are 3 classes in labels labels.csv: give",
    ),
    (("--probabilities", "p.npy", "--classes", "cat,dog,fox"), "label 'eel' has no column"),
    (("--probabilities", "p.npy", "--classes", "cat,dog,dog"), "3 columns, but there are 2 classes"),
    (("--probabilities", "p.npy", "--embeddings", "p.npy"), "not both"),
    ((), "give --probabilities of a model that did not see the labels, or --embeddings"),
    (("--embeddings", "same.npy"), "at least one column must vary"),
    (("--embeddings", "flat.npy"), "has shape (900,)"),
    (("--embeddings", "text.npy"), "holds <U1, not numbers"),
    (("--embeddings", "labels.csv"), "give a .npy, .npz, .parquet or .arrow file"),
    (("--embeddings", "missing.npy"), "embeddings missing.npy cannot be read"),
    (("--probabilities", "p.npy", "--label-column", "class"), "no column class; it has label"),
]


@pytest.mark.parametrize(("options", "told"), BAD_LABELS)
def test_bad_labels_are_one_line(crowd: Crowd, options: tuple[str, ...], told: str) -> None:
    _, label, p = probabilities(crowd, 1.0)
    write("labels.csv", "label", [(CLASSES[each],) for each in label])
    sums, nan = p.copy(), p.copy()
    sums[7] *= 2
    nan[4, 1] = np.nan
    arrays = {
        "p": p, "short": p[:-1], "sums": sums, "nan": nan, "four": np.full((900, 4), 0.25),
        "same": np.ones((900, 2)), "flat": np.ones(900), "text": np.array([["a"]] * 900),
    }  # fmt: skip
    for name, array in arrays.items():
        np.save(f"{name}.npy", array)
    code, _, error = run("label-errors", "--labels", "labels.csv", "--output", "e.csv", *options)
    assert (code, told in error) == (2, True), error
    assert not Path("e.csv").exists()
