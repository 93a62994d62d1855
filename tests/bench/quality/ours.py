"""The same work by Shoal, in a separate process to make memory comparable.

Usage: -m tests.bench.quality.ours METHOD FOLDER. Prints seconds and memory as JSON and writes out.npy, as
peers.py does. Votes are read before the clock starts.
"""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import scipy.special  # noqa: F401 - models import it on first use; like the peers' imports, before the clock
from tests.bench.quality.peers import peak_mib

from shoal_qa.domain.agreement.alpha import alpha_of_votes
from shoal_qa.domain.consensus import Options, consensus
from shoal_qa.domain.models import MODELS
from shoal_qa.domain.models.candidates import Candidates
from shoal_qa.domain.models.dawid_skene import DawidSkene
from shoal_qa.domain.models.em import ClassShares
from shoal_qa.domain.models.priors import Dirichlet
from shoal_qa.domain.votes.arrays import UNKNOWN, VoteArrays

Work = Callable[[], "np.ndarray"]
GOLD = 200


def votes_of(folder: Path) -> VoteArrays:
    """Return the votes; the orders that fits make of them are part of the work."""
    task, annotator, label = (np.load(folder / f"{name}.npy") for name in ("task", "annotator", "label"))
    return VoteArrays(
        task=task,
        annotator=annotator,
        label=label,
        tasks=int(task.max()) + 1,
        annotators=int(annotator.max()) + 1,
        classes=int(label.max()) + 1,
    )


def gold_of(folder: Path) -> "np.ndarray":
    """Return the answers of GOLD random tasks, UNKNOWN elsewhere."""
    truth = np.load(folder / "truth.npy")
    gold = np.full(len(truth), UNKNOWN, np.int32)
    drawn = np.random.default_rng(0).choice(len(truth), GOLD, replace=False)
    gold[drawn] = truth[drawn]
    return gold


def dawid_skene(folder: Path) -> Work:
    """Return the posteriors of the tenth expectation, by maximum likelihood: crowd-kit's priors."""
    votes, model = votes_of(folder), maximum_likelihood(9)  # reading the posteriors is the tenth
    return lambda: np.exp(model.fit(votes).log_posterior(votes))


def maximum_likelihood(rounds: int) -> DawidSkene:
    """Return Dawid and Skene's model without a prior."""
    return DawidSkene(prior=Dirichlet(1e-10, 0), class_shares=ClassShares(0), iterations=rounds, tolerance=0)


def model_of(name: str) -> Callable[[Path], Work]:
    """Return a model's labels, fitted until convergence."""

    def make(folder: Path) -> Work:
        votes, model = votes_of(folder), MODELS[name]
        return lambda: model.fit(votes).log_posterior(votes).argmax(axis=1)

    return make


def auto(folder: Path) -> Work:
    """Return labels of the panel, calibrated and certified on GOLD answers."""
    votes, gold = votes_of(folder), gold_of(folder)
    return lambda: consensus(votes, gold, Options(target_precision=0.97)).label


def candidates(folder: Path) -> Work:
    """Return the model for thousands of classes."""
    votes = votes_of(folder)

    def work() -> np.ndarray:
        beliefs = Candidates().fit(votes).beliefs(votes)
        pairs, label = beliefs.pairs, np.full(votes.tasks, UNKNOWN, np.int32)
        order = np.lexsort(
            (-pairs.label, beliefs.of_pair, pairs.task)
        )  # the most probable class of a task is stored last
        label[pairs.task[order]] = pairs.label[order]
        return label

    return work


def alpha(folder: Path) -> Work:
    """Return Krippendorff's alpha."""
    votes = votes_of(folder)
    return lambda: np.array(alpha_of_votes(votes).value)


METHODS: dict[str, Callable[[Path], Work]] = {
    "dawid-skene, 10 rounds": dawid_skene,
    "dawid-skene": model_of("dawid-skene"),
    "mace": model_of("mace"),
    "auto": auto,
    "candidates": candidates,
    "alpha": alpha,
}

if __name__ == "__main__":
    method, folder = sys.argv[1], Path(sys.argv[2])
    work = METHODS[method](folder)
    start = time.perf_counter()
    out = work()
    seconds = time.perf_counter() - start
    np.save(folder / "out.npy", out)
    sys.stdout.write(json.dumps({"seconds": seconds, "mib": peak_mib()}))
