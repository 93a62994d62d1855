"""Label errors beside cleanlab, on the same labels and out-of-sample probabilities."""

import time
from collections.abc import Callable

import numpy as np
from cleanlab.filter import find_label_issues
from tests.unit.qa.noises import ANNOTATOR, NOISES, Noise, cleanlab_s, noisy, precision

from shoal_qa.domain.label_errors.errors import find_errors

SEEDS = range(8)
SHARES = (0.3, 0.6, 1.0)
COPIES = 100


def table() -> str:
    """Return precision at k by noise, and seconds."""
    heads = [f"{100 * share:.0f} % of the errors" for share in SHARES]
    lines = [f"| noise | | {' | '.join(heads)} |", "|---|---|" + "---|" * len(SHARES)]
    for noise in NOISES:
        name = noise.__name__.replace("_", "-")
        lines += [_line(name, "Shoal", noise, ours), _line("", "cleanlab", noise, cleanlab_s)]
        if name == "annotator-dependent":
            lines.append(_line("", "Shoal, with each label's annotator", noise, ours_by_annotator))
    return "\n".join([*lines, "", speed()])


def ours(labels: "np.ndarray", probabilities: "np.ndarray") -> "np.ndarray":
    """Return Shoal's ranking."""
    return find_errors(labels, probabilities).ranked()


def ours_by_annotator(labels: "np.ndarray", probabilities: "np.ndarray") -> "np.ndarray":
    """Return Shoal's ranking with the annotator of each label."""
    return find_errors(labels, probabilities, ANNOTATOR).ranked()


def _line(
    name: str, who: str, noise: Noise, rank: Callable[["np.ndarray", "np.ndarray"], "np.ndarray"]
) -> str:
    cells = []
    for share in SHARES:
        found = [precision(rank(*noisy(noise, seed)), noisy(noise, seed)[0], share) for seed in SEEDS]
        cells.append(f"{np.mean(found):.3f} ± {1.96 * np.std(found) / len(found) ** 0.5:.3f}")
    return f"| {name} | {who} | {' | '.join(cells)} |"


def speed() -> str:
    """Return how long each side takes on many labels, the best of 3 runs."""
    labels, probabilities = noisy(NOISES[0], 0)
    labels, probabilities = np.tile(labels, COPIES), np.tile(probabilities, (COPIES, 1))
    seconds = [
        _seconds(lambda: find_errors(labels, probabilities).ranked()),
        _seconds(
            lambda: find_label_issues(
                labels, probabilities, return_indices_ranked_by="self_confidence", n_jobs=1
            )
        ),
    ]
    return (
        f"{len(labels):,} labels of {probabilities.shape[1]} classes: Shoal {seconds[0]:.2f} s, "
        f"cleanlab {seconds[1]:.2f} s ({seconds[1] / seconds[0]:.1f} times)."
    )


def _seconds(work: Callable[[], object]) -> float:
    best = np.inf
    for _ in range(3):
        start = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - start)
    return float(best)
