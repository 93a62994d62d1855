"""Label efficiency beside scikit-activeml: the same sets, budgets, linear model and seeds, in one run."""

import json
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from rich.console import Console
from tests.bench.selection.sets import Set, blobs, digits, four_newsgroups, newsgroups, reuters
from tests.bench.selection.speed import PEERS

from shoal_sampler.domain.simulation import Labelled, labels_needed
from shoal_sampler.usecases.learning_curves import prepare, run

err = Console(stderr=True)
SETS = (digits, four_newsgroups, newsgroups, reuters, lambda: blobs(30, 50, 1.2))
THEIRS = ("margin", "entropy", "Badge", "DropQuery", "Falcun", "TypiClust", "CoreSet", "MaxHerding")
SEEDS = 3
MOST_PAIRS = 2000  # rows up to which MaxHerding, which keeps all pairs, is asked
TIMEOUT_S = 900


def measure() -> str:
    """Return the table in Markdown: labels needed for random's last accuracy, as a share of random's."""
    names = ["auto", *(f"scikit-activeml {name}" for name in THEIRS)]
    table: dict[str, list[str]] = {name: [] for name in names}
    shares: dict[str, list[float]] = {name: [] for name in names}
    heads = []
    for make in SETS:
        each = make()
        heads.append(each.name)
        for name, share in zip(names, _shares(each), strict=True):
            shares[name].append(share)
            table[name].append("" if np.isnan(share) else "-" if np.isinf(share) else f"{share:.2f}")
        err.print(f"{each.name}: " + ", ".join(f"{name} {table[name][-1]}" for name in names))
    lines = [f"| strategy | {' | '.join(heads)} | mean |", "|---|" + "---|" * (len(heads) + 1)]
    for name in names:
        mean = np.mean(np.minimum(shares[name], 1.0))  # never reached counts as 1; nan stays
        lines.append(f"| {name} | {' | '.join(table[name])} | {'' if np.isnan(mean) else f'{mean:.2f}'} |")
    return "\n".join(lines)


def _shares(each: Set) -> list[float]:
    data, test = prepare(each.x, each.y.tolist(), (each.test_x, each.test_y.tolist()), seed=0)
    random, auto = run(data, test, ("random", "auto"), each.budgets, SEEDS)
    goal = float(random.accuracy[:, -1].mean())
    means = [auto.accuracy.mean(axis=0), *(_theirs(data, test, each.budgets, name) for name in THEIRS)]
    return [
        labels_needed(each.budgets, list(mean), goal) / each.budgets[-1] if len(mean) else float("nan")
        for mean in means
    ]


def _theirs(data: Labelled, test: Labelled, budgets: Sequence[int], name: str) -> "np.ndarray":
    """Return mean accuracies by budget; nothing where the strategy cannot be run."""
    if name == "MaxHerding" and len(data.labels) > MOST_PAIRS:
        return np.empty(0)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "set.npz"
        np.savez(
            file,
            vectors=data.vectors,
            directions=data.directions,
            labels=data.labels,
            test_vectors=test.vectors,
            test_labels=test.labels,
            budgets=np.array(budgets),
        )
        command = [str(PEERS), str(Path(__file__).with_name("peers_labels.py")), str(file), name, str(SEEDS)]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT_S, check=False)
        except subprocess.TimeoutExpired:
            err.print(f"{name}: not done within {TIMEOUT_S} s")
            return np.empty(0)
    if done.returncode:
        err.print(f"{name}: {done.stderr.strip()[-200:]}")
        return np.empty(0)
    result: np.ndarray = np.array(json.loads(done.stdout)).mean(axis=0)
    return result
