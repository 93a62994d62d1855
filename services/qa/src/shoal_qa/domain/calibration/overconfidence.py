"""The overconfidence of a model, estimated from votes alone: the default calibration without gold.

Two parts of it show without a single right answer:

- noise. Fit the model on a random half of the tasks and again on the other half, and let each fit answer the
  tasks of both: the fits differ by their errors about annotators. The noise is the temperature at which one
  half's answers have the best log loss under the other's, and the median over several halvings.
- growth. Take away half of each task's votes: a model of independent votes halves its log odds, vote shares
  keep theirs. The growth is log(odds' ratio) / log(votes' ratio), from 0 to 1.

Errors that annotators make together do not show; calibration/tempering.py assumes a value for them.
"""

import numpy as np
from numpy.typing import NDArray

from shoal_qa.domain.calibration.binned_rows import binned_rows
from shoal_qa.domain.calibration.tempering import Tempering
from shoal_qa.domain.models.base import Fitted, Model
from shoal_qa.domain.models.crossfit import keep_at_most
from shoal_qa.domain.votes.arrays import UNKNOWN, Floats, Ints, VoteArrays
from shoal_qa.domain.votes.scatter import log_totals

Tasks = NDArray[np.integer]

TEMPERATURES = np.exp(np.linspace(0.0, np.log(20.0), 40))
HALVINGS = 5
MOST_VOTES = 250_000  # fitted in all halvings together
MOST_TASKS, FEWEST_TASKS = 20_000, 500  # on which answers are compared
MOST_CELLS = 2_000_000  # tasks times classes in a comparison, if that leaves FEWEST_TASKS
BELIEVED = 0.5  # growth of evidence that is accepted: sqrt(votes)


def default_tempering(
    model: Model,
    fitted: Fitted,
    votes: VoteArrays,
    rng: np.random.Generator,
    *,
    gold: Ints | None = None,
) -> Tempering:
    """Return the calibration without gold to fit it on. fitted: the model's fit to these votes.

    gold: (tasks,), answers that the fit used, UNKNOWN elsewhere; each half uses its own. Costs 1 to 5 further
    fits, one for 250,000 votes and more. With fewer than two tasks with votes, noise is 1; with no task of
    two votes, growth is 1.
    """
    halvings = int(np.clip(MOST_VOTES // max(len(votes), 1), 1, HALVINGS))
    noise = float(np.median([_estimate_noise(model, votes, gold, rng) for _ in range(halvings)]))
    return Tempering(noise=noise, excess=max(0.0, evidence_growth(fitted, votes, rng) - BELIEVED))


def evidence_growth(fitted: Fitted, votes: VoteArrays, rng: np.random.Generator) -> float:
    """Return the power of the number of votes by which log odds grow: 1 for independent votes, 0 for shares.

    1 if no task has two votes. Log odds are of the best class against the mean of the others, minus their
    value without votes.
    """
    counts = votes.votes_per_task()
    tasks = _sample_tasks(np.flatnonzero(counts >= 2), votes.classes, rng)
    if not len(tasks):
        return 1.0
    votes, counts = _votes_on(votes, tasks), counts[tasks]
    full = fitted.log_posterior(votes)
    half = fitted.log_posterior(keep_at_most(votes, counts // 2, rng))
    none = fitted.log_posterior(votes.select(np.zeros(len(votes), np.bool_)))
    best = full.argmax(axis=1)
    claimed, halved = (float((_log_odds(log, best) - _log_odds(none, best)).mean()) for log in (full, half))
    if claimed <= 0 or halved <= 0:
        return 1.0
    ratio = counts.mean() / (counts // 2).mean()
    return float(np.clip(np.log(claimed / halved) / np.log(ratio), 0.0, 1.0))


def _estimate_noise(model: Model, votes: VoteArrays, gold: Ints | None, rng: np.random.Generator) -> float:
    voted = np.flatnonzero(votes.votes_per_task() > 0)
    if len(voted) < 2:
        return 1.0
    first = rng.permutation(len(voted)) < len(voted) // 2
    halves = [voted[half] for half in (first, ~first)]
    fits = [model.fit(_votes_on(votes, half), None if gold is None else gold[half]) for half in halves]
    compared = _sample_tasks(np.arange(len(voted)), votes.classes, rng)
    compared_votes = _votes_on(votes, voted[compared])
    one, other = (fit.log_posterior(compared_votes) for fit in fits)
    own = np.where(first[compared, None], one, other)
    foreign = np.where(first[compared, None], other, one)
    return float(TEMPERATURES[int(np.argmin(_losses_of(own, foreign)))])


def _losses_of(own: Floats, foreign: Floats) -> list[float]:
    """Return the log loss of `foreign` under `own` at each temperature.

    own, foreign: (tasks, classes), normalised. The loss is the sum over tasks of log Z(t) - E[foreign] / t,
    where Z(t) normalises exp(foreign / t).
    """
    expected, rows = float((np.exp(own) * foreign).sum()), binned_rows(foreign)
    return [float(log_totals(rows.at(t)).sum()) - expected / t for t in TEMPERATURES]


def _log_odds(log_posterior: Floats, best: Tasks) -> Floats:
    classes = log_posterior.shape[1]
    top = log_posterior[np.arange(len(best)), best]
    return np.asarray(top - (log_posterior.sum(axis=1) - top) / max(classes - 1, 1))


def _sample_tasks(tasks: Tasks, classes: int, rng: np.random.Generator) -> Tasks:
    most = min(MOST_TASKS, max(FEWEST_TASKS, MOST_CELLS // max(classes, 1)))
    return tasks if len(tasks) <= most else np.sort(rng.choice(tasks, most, replace=False))


def _votes_on(votes: VoteArrays, tasks: Tasks) -> VoteArrays:
    """Return the votes on some tasks, renumbered 0, 1, ... in the order of `tasks`."""
    number = np.full(votes.tasks, UNKNOWN, np.int32)
    number[tasks] = np.arange(len(tasks), dtype=np.int32)
    task = number[votes.task]
    keep = task != UNKNOWN
    return VoteArrays(
        task=task[keep],
        annotator=votes.annotator[keep],
        label=votes.label[keep],
        tasks=len(tasks),
        annotators=votes.annotators,
        classes=votes.classes,
    )
