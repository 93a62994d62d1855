"""Warning signals about single annotators: answers without information, without change, or too fast.

Every signal is the p-value of a hypothesis test whose null is an honest annotator, adjusted for the number of
annotators (Holm): at 0.05, 95 of 100 honest crowds raise no alarm at all. A signal is a reason to look, not a
verdict.

An honest annotator knows at least the share INFORMED of the answers, three in ten, and guesses the others in
any way.
"""

from math import log, sqrt

import numpy as np

from shoal_qa.domain.annotators.peers import Peers
from shoal_qa.domain.statistics.p_values import adjust_by_holm, log_tail
from shoal_qa.domain.votes.arrays import Floats, Ints

INFORMED = 0.3
MAD_TO_SIGMA = 1.4826
FEWEST_ANNOTATORS = 8  # with a pace, below which no usual pace is estimated
FEWEST_TIMES = 10  # votes with a time, below which an annotator has no pace
SLACK = 0.15  # log seconds by which an annotator may be faster than usual without a signal


def spam_p_values(peers: Peers) -> Floats:
    """Return adjusted p-values of answers that say too little about the truth: (annotators,).

    The statistic is the agreement with gold and peers, sum of rest[label]. It is compared with that of an
    annotator who knows the share INFORMED of the answers: INFORMED x sum of rest[k]^2 + (1 - INFORMED) x the
    agreement of guesses by the annotator's shares of labels. Peers that know little lower both sides.
    """
    votes, judged = peers.votes, peers.judged()
    agreed, informed = np.zeros((2, len(votes)))
    truth_counts = np.zeros((votes.annotators, votes.classes))
    for part, rest in peers.parts():
        agreed[part] = rest[np.arange(len(rest)), votes.label[part]]
        informed[part] = (rest**2).sum(axis=1)
        rest *= judged[part, None]
        for k in range(votes.classes):
            truth_counts[:, k] += np.bincount(votes.annotator[part], rest[:, k], votes.annotators)
    guessed = (_label_shares(peers) * truth_counts).sum(axis=1)
    floor = INFORMED * peers.total(informed * judged) + (1 - INFORMED) * guessed
    trials = peers.total(judged)
    return adjust_by_holm(log_tail(trials - peers.total(agreed * judged), trials, trials - floor))


def _label_shares(peers: Peers) -> Floats:
    votes = peers.votes
    cells = votes.annotator.astype(np.int64) * votes.classes + votes.label
    counts = np.bincount(cells, minlength=votes.annotators * votes.classes)
    table = counts.reshape(votes.annotators, votes.classes).astype(np.float64)
    return np.asarray(table / np.maximum(table.sum(axis=1, keepdims=True), 1))


def straight_lining_p_values(peers: Peers) -> Floats:
    """Return adjusted p-values of repeating one answer whatever the task: (annotators,).

    Two tests, halved: one label throughout, against an INFORMED annotator who guesses that label; and
    repetitions of the previous answer, against the annotator's confusions on the same tasks, whose order
    honest answers ignore.
    """
    order = np.lexsort((np.arange(len(peers.votes)), peers.votes.annotator))
    label, annotator = peers.votes.label[order], peers.votes.annotator[order]
    before = np.empty_like(peers.votes.label)
    before[order[1:]] = label[:-1]
    again = np.zeros(len(order), np.bool_)
    again[order[1:]] = annotator[1:] == annotator[:-1]
    constant, expected = _repeat_terms(peers, before)
    repeats = peers.total(again & (peers.votes.label == before))
    log_run = log_tail(repeats, peers.total(again), peers.total(expected * again))
    log_constant = np.where(_label_shares(peers).max(axis=1, initial=0) == 1, peers.total(constant), 0.0)
    return adjust_by_holm(np.minimum(np.minimum(log_run, log_constant) + log(2), 0))


def _repeat_terms(peers: Peers, before: Ints) -> tuple[Floats, Floats]:
    """Return log p(label | INFORMED annotator who else guesses it) and p(previous label) of each vote."""
    constant, expected = np.empty((2, len(peers.votes)))
    for part, rest in peers.parts():
        rows = np.arange(len(rest))
        constant[part] = np.log1p(-INFORMED * (1 - rest[rows, peers.votes.label[part]]))
        likelihood = np.exp(
            peers.log_confusion[peers.votes.annotator[part], :, np.maximum(before[part], 0) % rest.shape[1]]
        )
        expected[part] = (rest * likelihood).sum(axis=1)
    return constant * peers.judged(), expected


def haste_p_values(annotator: Ints, seconds: Floats, annotators: int) -> Floats:
    """Return adjusted p-values of working much faster than the others: (annotators,).

    seconds: (votes,) that each vote took, > 0; NaN if unknown. An annotator's pace is the median log time.
    Paces of honest annotators are taken as normal around their median, with the spread of the middle half
    (MAD) and the sampling error of each median. 1 for all unless FEWEST_ANNOTATORS have FEWEST_TIMES times.
    Raises ValueError for seconds of 0 or less.
    """
    from scipy.special import log_ndtr

    timed = np.isfinite(seconds)
    if (seconds[timed] <= 0).any():
        raise ValueError("seconds must be above 0")
    pace, error = _annotator_paces(annotator[timed], np.log(seconds[timed]), annotators)
    measured = np.isfinite(pace)
    log_p = np.zeros(annotators)
    if measured.sum() >= FEWEST_ANNOTATORS:
        usual = np.median(pace[measured])
        spread = MAD_TO_SIGMA * np.median(np.abs(pace[measured] - usual))
        # The MAD of few paces is itself uncertain: its standard error is about 1.17 / sqrt(2 n) of it.
        spread *= 1 + 2 * 1.17 / sqrt(2 * measured.sum())
        odd = (pace[measured] - usual + SLACK) / np.sqrt(spread**2 + error[measured] ** 2 + 1e-12)
        log_p[measured] = log_ndtr(odd)
    return adjust_by_holm(log_p)


def _annotator_paces(annotator: Ints, log_seconds: Floats, annotators: int) -> tuple[Floats, Floats]:
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
