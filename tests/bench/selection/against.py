"""Label efficiency beside scikit-activeml: nine of the sets, the same budgets, linear model and seeds.

Results of the other library are stored in SHOAL_CACHE by a hash of their inputs: they take an hour and
more, and an interrupted run continues where it stopped.
"""

import hashlib
import json
import os
import subprocess
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np
from rich.console import Console
from tests.bench.selection.sets import CACHE, ROOT, Set, sets
from tests.bench.selection.speed import PEERS

from shoal_sampler.domain.simulation import Labelled, labels_needed
from shoal_sampler.usecases.files.learning_curves import simulate_strategies, split_rows

err = Console(stderr=True)
KEPT = CACHE / "peers-labels"
SCRIPT = Path(__file__).with_name("peers_labels.py")
LOCK = ROOT / "requirements" / "bench.lock"
THEIRS = (
    "margin",
    "entropy",
    "Badge",
    "Clue",
    "DropQuery",
    "Falcun",
    "TypiClust",
    "ProbCover",
    "CoreSet",
    "MaxHerding",
)
SEEDS = 5
TIMEOUT_S = 3600


def measure() -> str:
    """Return the table in Markdown: labels needed for random's last accuracy, as a share of random's."""
    names = ["auto", *(f"scikit-activeml {name}" for name in THEIRS)]
    shares: dict[str, list[float]] = {name: [] for name in names}
    heads = []
    for each in sets(beside_others=True):
        heads.append(each.name)
        for name, share in zip(names, _shares(each), strict=True):
            shares[name].append(share)
        err.print(f"{each.name}: " + ", ".join(f"{name} {_cell(shares[name][-1])}" for name in names))
    lines = [f"| strategy | {' | '.join(heads)} | mean |", "|---|" + "---|" * (len(heads) + 1)]
    for name in names:
        mean = float(np.mean(np.minimum(shares[name], 1.0)))  # never reached counts as 1; nan stays
        cells = [_cell(share) for share in [*shares[name], mean]]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _cell(share: float) -> str:
    return "" if np.isnan(share) else "-" if np.isinf(share) else f"{share:.2f}"


def _shares(each: Set) -> list[float]:
    data, test = split_rows(each.x, each.y.tolist(), (each.test_x, each.test_y.tolist()), seed=0)
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(os.cpu_count()) as threads:
        file = _write(Path(folder) / "set.npz", data, test, each.budgets)
        theirs = list(threads.map(partial(_theirs, file), THEIRS))
    random, auto = simulate_strategies(
        data, test, strategies=("random", "auto"), budgets=each.budgets, seeds=SEEDS
    )
    goal = float(random.accuracy[:, -1].mean())
    return [
        labels_needed(each.budgets, list(mean), goal) / each.budgets[-1] if len(mean) else float("nan")
        for mean in (auto.accuracy.mean(axis=0), *theirs)
    ]


def _write(file: Path, data: Labelled, test: Labelled, budgets: Sequence[int]) -> Path:
    np.savez(
        file,
        vectors=data.vectors,
        directions=data.directions,
        labels=data.labels,
        test_vectors=test.vectors,
        test_labels=test.labels,
        budgets=np.array(budgets),
    )
    return file


def _theirs(file: Path, name: str) -> "np.ndarray":
    """Return mean accuracies by budget; nothing where the strategy cannot be run."""
    with np.load(file) as given:
        key = hashlib.sha256(b"".join(given[each].tobytes() for each in sorted(given.files)))
    for more in (SCRIPT.read_bytes(), LOCK.read_bytes(), f"{name} {SEEDS}".encode()):
        key.update(more)
    kept = KEPT / f"{key.hexdigest()[:32]}.json"
    if not kept.exists():
        found = _asked(file, name)
        if not found:
            return np.empty(0)
        KEPT.mkdir(parents=True, exist_ok=True)
        kept.write_text(found)
    result: np.ndarray = np.array(json.loads(kept.read_text())).mean(axis=0)
    return result


def _asked(file: Path, name: str) -> str:
    """Return the curves of one strategy as JSON, from a process with one thread; empty if it fails."""
    one = {f"{library}_NUM_THREADS": "1" for library in ("OMP", "OPENBLAS", "MKL")}
    command = [str(PEERS), str(SCRIPT), str(file), name, str(SEEDS)]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=TIMEOUT_S, check=False, env=os.environ | one
        )
    except subprocess.TimeoutExpired:
        err.print(f"{name}: not done within {TIMEOUT_S} s")
        return ""
    if done.returncode:
        err.print(f"{name}: {done.stderr.strip()[-200:]}")
        return ""
    return done.stdout
