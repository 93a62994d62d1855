"""Skill of each annotator with 95 % intervals, overall and per class, from gold and from the other votes.

The other votes are not certain. If they give the classes probabilities r[k], an annotator of skill q gives
label l with probability

    q A + (1 - q) B + C,      A = r[l],   B = sum over k != l of r[k] e[k, l],   C = 0

where e[k, l] is the share of the annotator's errors on class k that go to l. Per class, A and B hold only
that class's r[k], and C what the other classes give. The skill is the most probable q with half a right and
half a wrong answer added. On gold r is 0 or 1, and this is (right + 1/2) / (answered + 1).

The variance is that of maximum likelihood. A vote whose right answer is doubtful informs less: (A - B)^2 /
p(l)^2 instead of 1 / (q (1 - q)). The peers' skills are estimates from the same votes, so the information of
all annotators is a matrix, with the products of their scores on a task off the diagonal; the variances are
the diagonal of its inverse. An interval is that of n gold answers with the same variance, q (1 - q) / n: for
gold alone, Jeffreys' interval. Where annotators err independently, 95.6 % of 4,050 intervals hold the skill
(tests/unit/qa/projects/test_findings.py repeats a part of it). Clopper and Pearson's on the same votes, each
vote without gold counted half, held it in 99 % and were up to twice as wide.

Errors that annotators share, on a task that misleads them all, look like agreement and cannot be
distinguished from it: on five public crowds without gold, skills are 1.8 to 7 points too high and 53 to 95 %
of intervals hold the share of right answers; with gold on a fifth of the tasks 73 to 98 % do.

Sources: Dawid and Skene, Applied Statistics 28 (1979), for the model; Berndt, Hall, Hall and Hausman, Annals
of Economic and Social Measurement 3 (1974), for the matrix; Brown, Cai and DasGupta, Statistical Science 16
(2001), for Jeffreys' interval.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shoal_qa.domain.annotators.peers import Peers
from shoal_qa.domain.statistics.intervals import beta_quantile
from shoal_qa.domain.votes.arrays import Bools, Floats

CONFIDENCE = 0.95
ROUNDS, TOLERANCE = 50, 1e-6  # of Newton's method, and by how much a skill may still move
LEAST_SHARE = 1e-4  # probability of a class below which a vote says nothing about the skill on it
# Votes on a task above which its answer is practically certain, so that the uncertainty of peers' skills is
# ignored.
MOST_SHARED = 30
MOST_INVERTED = 1000  # annotators up to which the matrix is inverted: 0.1 s; above, to first order
TINY = 1e-300


@dataclass(frozen=True, slots=True)
class Skill:
    """Probabilities of a right answer: (annotators,), or (annotators, classes) by the task's true class.

    low, high: 95 % interval. answers: number of gold answers with the same variance.
    """

    rate: Floats
    low: Floats
    high: Floats
    answers: Floats


@dataclass(frozen=True, slots=True)
class _Terms:
    """Terms of each vote, or vote and class: p(label) = q[cell] right + (1 - q[cell]) wrong + rest."""

    cell: NDArray[np.int64]
    right: Floats
    wrong: Floats
    rest: Floats

    def score(self, rate: Floats) -> Floats:
        """Return the derivative of log p(label) by the rate of the term's cell: (terms,)."""
        q = rate[self.cell]
        return (self.right - self.wrong) / np.maximum(q * self.right + (1 - q) * self.wrong + self.rest, TINY)


def overall_skill(peers: Peers) -> Skill:
    """Return p(right) of each annotator over the tasks with a vote of theirs: (annotators,)."""
    judged, annotators = peers.judged(), peers.votes.annotators
    right, wrong = _agreement_terms(peers)
    terms = _Terms(
        peers.votes.annotator[judged].astype(np.int64), right[judged], wrong[judged], np.zeros(judged.sum())
    )
    rate = _most_probable(terms, annotators)
    score = np.zeros(len(judged))
    score[judged] = terms.score(rate)
    gold = peers.on_gold()
    information = (peers.total(gold) + 1) / (rate * (1 - rate))
    variance = _skill_variance(peers, np.where(gold, 0.0, score), information)
    return _skill_intervals(rate, variance, peers.total(judged) > 0)


def skill_by_class(peers: Peers) -> Skill:
    """Return p(right | truth = class) of each annotator: (annotators, classes)."""
    shape = (peers.votes.annotators, peers.votes.classes)
    terms = _class_terms(peers)
    cells = shape[0] * shape[1]
    rate = _most_probable(terms, cells)
    information = np.bincount(terms.cell, terms.score(rate) ** 2, cells) + 1 / (rate * (1 - rate))
    has_votes = np.bincount(terms.cell, minlength=cells) > 0
    skill = _skill_intervals(rate, 1 / information, has_votes)
    return Skill(*(column.reshape(shape) for column in (skill.rate, skill.low, skill.high, skill.answers)))


def _agreement_terms(peers: Peers) -> tuple[Floats, Floats]:
    """Return A and B of the module's docstring for each vote: two arrays of (votes,)."""
    right, wrong = np.empty((2, len(peers.votes)))
    errors = _error_shares(np.exp(peers.log_confusion))
    for part, rest in peers.parts():
        label = peers.votes.label[part]
        right[part] = rest[np.arange(len(rest)), label]
        wrong[part] = (rest * errors[peers.votes.annotator[part], :, label]).sum(axis=1)
    return right, wrong


def _class_terms(peers: Peers) -> _Terms:
    """Return the terms of every judged vote and class of its task; cells are annotator x classes + class."""
    votes, judged, confusion = peers.votes, peers.judged(), np.exp(peers.log_confusion)
    errors, terms = _error_shares(confusion), []
    for part, rest in peers.parts():
        row, k = np.nonzero((rest > LEAST_SHARE) & judged[part, None])
        annotator, label, share = votes.annotator[part][row], votes.label[part][row], rest[row, k]
        whole = (rest * confusion[votes.annotator[part], :, votes.label[part]]).sum(axis=1)
        others = np.maximum(whole[row] - share * confusion[annotator, k, label], 0)
        cell = annotator.astype(np.int64) * votes.classes + k
        terms.append(_Terms(cell, share * (k == label), share * errors[annotator, k, label], others))
    if not terms:
        return _Terms(np.empty(0, np.int64), np.empty(0), np.empty(0), np.empty(0))
    names = ("cell", "right", "wrong", "rest")
    return _Terms(*(np.concatenate([getattr(part, name) for part in terms]) for name in names))


def _error_shares(confusion: Floats) -> Floats:
    """Return p(label | truth, wrong answer): rows add up to 1, or to 0 with a single class."""
    wrong = confusion * (1 - np.eye(confusion.shape[-1]))
    return np.asarray(wrong / np.maximum(wrong.sum(axis=-1, keepdims=True), TINY))


def _most_probable(terms: _Terms, cells: int) -> Floats:
    """Return the most probable rates, each above 0 and below 1: (cells,).

    Half a right and half a wrong answer are added. The logarithm of the probability is concave; Newton's
    steps go no more than half way to 0 or 1.
    """
    q = np.full(cells, 0.5)
    for _ in range(ROUNDS):
        score = terms.score(q)
        slope = np.bincount(terms.cell, score, cells) + 0.5 / q - 0.5 / (1 - q)
        bend = np.bincount(terms.cell, score**2, cells) + 0.5 / q**2 + 0.5 / (1 - q) ** 2
        before, q = q, np.clip(q + slope / bend, q / 2, (1 + q) / 2)
        if np.abs(q - before).max(initial=0) < TOLERANCE:
            break
    return q


def _skill_variance(peers: Peers, score: Floats, alone: Floats) -> Floats:
    """Return the diagonal of the inverse of the information matrix: (annotators,).

    score: (votes,), 0 for votes on gold. alone: (annotators,) information of gold and prior.
    """
    from scipy import sparse

    votes = peers.votes
    shared = votes.votes_per_task()[votes.task] <= MOST_SHARED
    table = sparse.csr_matrix(
        (score[shared], (votes.task[shared], votes.annotator[shared])), (votes.tasks, votes.annotators)
    )
    diagonal = peers.total(score**2) + alone
    matrix = (table.T @ table).tocsr()
    matrix.setdiag(0)
    if votes.annotators <= MOST_INVERTED:
        return np.asarray(np.diagonal(np.linalg.inv(matrix.toarray() + np.diag(diagonal))))
    return np.asarray(1 / diagonal + matrix.multiply(matrix) @ (1 / diagonal) / diagonal**2)


def _skill_intervals(rate: Floats, variance: Floats, has_votes: Bools) -> Skill:
    """Return rates with the intervals of gold answers of the same variance; [0, 1] without votes."""
    answers = rate * (1 - rate) / variance
    tail = (1 - CONFIDENCE) / 2
    low = beta_quantile(tail, rate * answers, (1 - rate) * answers)
    high = beta_quantile(1 - tail, rate * answers, (1 - rate) * answers)
    return Skill(
        rate,
        np.where(has_votes, np.minimum(low, rate), 0.0),
        np.where(has_votes, np.maximum(high, rate), 1.0),
        np.maximum(answers - 1, 0),
    )
