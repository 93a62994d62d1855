"""Speed of strategies beside the machine's gemm and the library that a user would pick, in one run."""

import json
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from shoal_sampler.domain.pools.near_duplicates import near_duplicates
from shoal_sampler.domain.pools.pool import pool_of
from shoal_sampler.domain.strategies import STRATEGIES

N, D, C, K = 50_000, 384, 20, 1000
PEERS = Path(__file__).parents[3] / ".venv" / "peers" / "bin" / "python"
TIMEOUT_S = 600


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds of the same work, ours and the yardstick's."""

    work: str
    ours: float
    theirs: float
    yardstick: str
    note: str = ""


PICKS = "gemm of n k d"
LANDMARKS = "gemm of n x 10,000 landmarks"
AGAINST_GEMM = (
    ("k_center", K, PICKS),
    ("herding", 10_000, LANDMARKS),
    ("uncertainty_herding", 10_000, LANDMARKS),
    ("facility_location", 10_000, LANDMARKS),
    ("badge", K, PICKS),
    ("cluster_margin", K, PICKS),
    ("typiclust", K, PICKS),
)
AGAINST_PEERS = (
    ("k_center", "lightly-mundig diversity", 50_000, 1000),
    ("k_center", "scikit-activeml CoreSet", 50_000, 1000),
    ("herding", "scikit-activeml MaxHerding", 5_000, 100),
    ("facility_location", "apricot FacilityLocation", 10_000, 1000),
    ("facility_location", "apricot FacilityLocation", 20_000, 1000),
    ("badge", "scikit-activeml Badge", 10_000, 200),
    ("typiclust", "scikit-activeml TypiClust", 10_000, 200),
)


def run() -> Iterator[Timing]:
    """Yield a line per work."""
    x, p = table(N)
    for name, columns, yardstick in AGAINST_GEMM:
        bound = gemm(N, columns)
        yield Timing(f"{name} {K:,} of {N // 1000}k x {D}", ours(name, x, p, K), bound, yardstick)
    yield from peers(x, p)


def peers(x: "np.ndarray", p: "np.ndarray") -> Iterator[Timing]:
    """Yield the comparisons with other libraries, each at a size that it finishes."""
    with tempfile.TemporaryDirectory() as folder:
        np.save(Path(folder) / "x.npy", x)
        np.save(Path(folder) / "p.npy", p)
        for name, method, rows, k in AGAINST_PEERS:
            command = [
                str(PEERS),
                str(Path(__file__).with_name("peers.py")),
                method,
                folder,
                str(rows),
                str(k),
            ]
            done = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT_S, check=False)
            if done.returncode:
                yield Timing(f"{name} {k:,} of {rows:,}", np.nan, np.nan, method, done.stderr.strip()[-80:])
                continue
            theirs = json.loads(done.stdout.splitlines()[-1])
            seconds = ours(name, x[:rows], p[:rows], k)
            found = STRATEGIES[name](pool_of(x[:rows], scores=p[:rows], seed=0), k).indices
            note = objectives(x[:rows], found, theirs["picks"]) if name == "facility_location" else ""
            yield Timing(f"{name} {k:,} of {rows:,}", seconds, theirs["seconds"], method, note)


def objectives(x: "np.ndarray", found: "np.ndarray", theirs: list[int]) -> str:
    """Return both objectives of facility location, sum over z of max over picks of max(0, cosine)."""
    values = [float(np.maximum(x @ x[rows].T, 0).max(axis=1).mean()) for rows in (found, np.array(theirs))]
    return f"objective {values[0]:.4f} against {values[1]:.4f}"


def markdown(timings: Sequence[Timing], told: str) -> str:
    """Return the table of the document."""
    lines = ["| work | Shoal, s | yardstick, s | times as fast | yardstick is |", "|---|---|---|---|---|"]
    for each in timings:
        note = f" ({each.note})" if each.note else ""
        ratio = f"{each.theirs / each.ours:.2f}"
        lines.append(
            f"| {each.work} | {each.ours:.2f} | {each.theirs:.2f} | {ratio} | {each.yardstick}{note} |"
        )
    return "\n".join([*lines, "", f"{told}."])


def duplicates(rows: int = 1_000_000) -> str:
    """Return the cost of finding near duplicates among `rows` vectors."""
    rng = np.random.default_rng(0)
    x = np.empty((rows, D), np.float32)
    centres = rng.standard_normal((2000, D)).astype(np.float32)
    for start in range(0, rows, 50_000):
        part = rng.standard_normal((min(50_000, rows - start), D)).astype(np.float32)
        x[start : start + 50_000] = centres[rng.integers(0, 2000, len(part))] + 0.9 * part
    near = rng.permutation(rows)[: rows // 10]
    x[near] = x[rng.integers(0, rows, len(near))] + 0.15 * rng.standard_normal((len(near), D)).astype(
        np.float32
    )
    x /= np.linalg.norm(x, axis=1, keepdims=True)
    start = time.perf_counter()
    found = near_duplicates(x, 0.97)
    seconds = time.perf_counter() - start
    groups = int((np.bincount(found.group, minlength=rows) > 1).sum())
    return f"near duplicates of {rows:,} x {D}: {seconds:.0f} s, {groups:,} groups, recall of pairs {found.recall:.4f}"


def ours(name: str, x: "np.ndarray", p: "np.ndarray", k: int) -> float:
    """Return seconds of a strategy, the better of 2."""
    return best(2, lambda: STRATEGIES[name](pool_of(x, scores=p, seed=0), k))


def gemm(rows: int, columns: int) -> float:
    """Return the seconds of rows x D by D x columns on this machine, from the best of 3 smaller products."""
    a = np.random.default_rng(0).standard_normal((8192, D)).astype(np.float32)
    return best(3, lambda: a @ a.T) * rows * columns / 8192**2


def best(times: int, work: Callable[[], object]) -> float:
    """Return the least seconds that `work` took."""
    least = np.inf
    for _ in range(times):
        start = time.perf_counter()
        work()
        least = min(least, time.perf_counter() - start)
    return least


def table(n: int) -> "tuple[np.ndarray, np.ndarray]":
    """Return (n, D) unit rows in 200 clumps and (n, C) probabilities."""
    rng = np.random.default_rng(0)
    x = rng.standard_normal((200, D))[rng.integers(0, 200, n)] + 0.7 * rng.standard_normal((n, D))
    x = (x / np.linalg.norm(x, axis=1, keepdims=True)).astype(np.float32)
    logits = 2 * x @ rng.standard_normal((D, C)).astype(np.float32)
    p = np.exp(logits)
    return x, p / p.sum(axis=1, keepdims=True)
