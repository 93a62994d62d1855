"""Warning signals about single annotators: answers without information, without change, or too fast.

Every signal is the p-value of a hypothesis test whose null is an honest annotator, adjusted for the number of
annotators (Holm): at 0.05, 95 of 100 honest crowds raise no alarm at all. A signal is a reason to look, not a verdict.

The least that counts as honest is INFORMED: knowing three answers in ten and guessing the others, in any way.
"""

from math import log, sqrt

import numpy as np

from shoal_qa.domain.annotators.peers import Peers
from shoal_qa.domain.statistics.p_values import adjust_by_holm, log_tail
from shoal_qa.domain.votes.arrays import Floats, Ints

INFORMED = 0.3
MAD_TO_SIGMA = 1.4826
FEWEST_ANNOTATORS = 8  # whose pace says what is usual
FEWEST_TIMES = 10  # of an annotator
SLACK = 0.15  # in log seconds: nobody is odd for being this much faster than usual alone


def spam(peers: Peers) -> Floats:
    """Return adjusted p-values of answers that say too little about the truth: (annotators,).

    The statistic is the agreement with gold and peers, sum of rest[label], against what INFORMED of the answers known
    would give: INFORMED x sum of rest[k]^2 + (1 - INFORMED) x the agreement of guessing by the annotator's own shares
    of labels. Peers that know little themselves lower both sides.
    """
    votes, judged = peers.votes, peers.judged()
    agreed, known = np.zeros((2, len(votes)))
    seen = np.zeros((votes.annotators, votes.classes))
    for part, rest in peers.parts():
        agreed[part] = rest[np.arange(len(rest)), votes.label[part]]
        known[part] = (rest**2).sum(axis=1)
        rest *= judged[part, None]
        for k in range(votes.classes):
            seen[:, k] += np.bincount(votes.annotator[part], rest[:, k], votes.annotators)
    guessed = (_label_shares(peers) * seen).sum(axis=1)
    floor = INFORMED * peers.total(known * judged) + (1 - INFORMED) * guessed
    trials = peers.total(judged)
    return adjust_by_holm(log_tail(trials - peers.total(agreed * judged), trials, trials - floor))


def _label_shares(peers: Peers) -> Floats:
    votes = peers.votes
    cells = votes.annotator.astype(np.int64) * votes.classes + votes.label
    counts = np.bincount(cells, minlength=votes.annotators * votes.classes)
    table = counts.reshape(votes.annotators, votes.classes).astype(np.float64)
    return np.asarray(table / np.maximum(table.sum(axis=1, keepdims=True), 1))


def straight_lining(peers: Peers) -> Floats:
    """Return adjusted p-values of answering the same again whatever the task: (annotators,).

    Two tests, halved: one label throughout, against an INFORMED annotator who guesses that label; and repetitions of
    the previous answer, against the annotator's own confusions on the same tasks, whose order honest answers ignore.
    """
    order = np.lexsort((np.arange(len(peers.votes)), peers.votes.annotator))
    label, annotator = peers.votes.label[order], peers.votes.annotator[order]
    before = np.empty_like(peers.votes.label)
    before[order[1:]] = label[:-1]
    again = np.zeros(len(order), np.bool_)
    again[order[1:]] = annotator[1:] == annotator[:-1]
    constant, expected = _repeats(peers, before)
    repeats = peers.total(again & (peers.votes.label == before))
    log_run = log_tail(repeats, peers.total(again), peers.total(expected * again))
    log_constant = np.where(_label_shares(peers).max(axis=1, initial=0) == 1, peers.total(constant), 0.0)
    return adjust_by_holm(np.minimum(np.minimum(log_run, log_constant) + log(2), 0))


def _repeats(peers: Peers, before: Ints) -> tuple[Floats, Floats]:
    """Return for each vote log p(its label | INFORMED, who else guesses it), and p(the annotator's last label)."""
    constant, expected = np.empty((2, len(peers.votes)))
    for part, rest in peers.parts():
        rows = np.arange(len(rest))
        constant[part] = np.log1p(-INFORMED * (1 - rest[rows, peers.votes.label[part]]))
        said = np.exp(
            peers.log_confusion[peers.votes.annotator[part], :, np.maximum(before[part], 0) % rest.shape[1]]
        )
        expected[part] = (rest * said).sum(axis=1)
    return constant * peers.judged(), expected


def haste(annotator: Ints, seconds: Floats, annotators: int) -> Floats:
    """Return adjusted p-values of working much faster than the others: (annotators,).

    seconds: (votes,) that each vote took, > 0; NaN where not known. An annotator's pace is the median log time; paces
    of honest people are taken as normal around their median, with the spread of the middle half (MAD) and the sampling
    error of each median. 1 for all with fewer than FEWEST_ANNOTATORS of FEWEST_TIMES times each.
    """
    from scipy.special import log_ndtr

    timed = np.isfinite(seconds)
    if (seconds[timed] <= 0).any():
        raise ValueError("seconds must be above 0")
    pace, error = _paces(annotator[timed], np.log(seconds[timed]), annotators)
    known = np.isfinite(pace)
    log_p = np.zeros(annotators)
    if known.sum() >= FEWEST_ANNOTATORS:
        usual = np.median(pace[known])
        spread = MAD_TO_SIGMA * np.median(np.abs(pace[known] - usual))
        # The MAD of few paces is itself uncertain: its standard error is about 1.17 / sqrt(2 n) of it.
        spread *= 1 + 2 * 1.17 / sqrt(2 * known.sum())
        odd = (pace[known] - usual + SLACK) / np.sqrt(spread**2 + error[known] ** 2 + 1e-12)
        log_p[known] = log_ndtr(odd)
    return adjust_by_holm(log_p)


def _paces(annotator: Ints, log_seconds: Floats, annotators: int) -> tuple[Floats, Floats]:
    """Return the median log time of each annotator and its standard error; NaN with too few times."""
    order = np.lexsort((log_seconds, annotator))
    value, counts = log_seconds[order], np.bincount(annotator, minlength=annotators)
    start = np.cumsum(counts) - counts
    enough = counts >= FEWEST_TIMES

    def quantile(share: float) -> Floats:
        at = np.where(enough, start + (share * (counts - 1)).astype(np.int64), 0)
        return np.where(enough, value[at] if len(value) else np.nan, np.nan)

    sigma = (quantile(0.75) - quantile(0.25)) / 1.349
    return quantile(0.5), np.asarray(1.2533 * sigma / np.sqrt(np.maximum(counts, 1)))
