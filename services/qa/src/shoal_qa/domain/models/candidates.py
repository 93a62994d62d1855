"""Annotators know or guess, for any number of classes: only classes with a vote on a task are computed.

    p(annotator a says l | truth k) = know[a] [l = k] + (1 - know[a]) guess[l]

Relative to guessing by all annotators, the votes on a task multiply the weight of class k by

    product over the votes (a, k) of 1 + know[a] / ((1 - know[a]) guess[k])

which is 1 for every class without a vote. The posterior is therefore one number for each (task, class) with a
vote and one for all other classes together. This is exact, and a round of expectation-maximisation takes
O(votes + classes) time and memory, where confusion matrices need annotators x classes^2. In return the model
cannot learn that two classes are confused more often than others.

Source: Hovy, Berg-Kirkpatrick, Vaswani and Hovy, "Learning Whom to Trust with MACE", NAACL 2013, with one
distribution of guesses for the whole crowd, since few annotators guess often enough among many classes to
estimate their own.
"""

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from shoal_qa.domain.models.base import Fitted, State
from shoal_qa.domain.votes.arrays import Floats, Ints, VoteArrays
from shoal_qa.domain.votes.scatter import log_normalise
from shoal_qa.domain.votes.voted_pairs import Beliefs, VotedPairs, voted_pairs

TINY = 1e-300


@dataclass(frozen=True, slots=True, kw_only=True)
class FittedCandidates:
    """The fit. prior, guess: (classes,), each adds up to 1.

    know: (annotators + 1,), the share of knowledge of each annotator and, last, of an unknown one.
    """

    name: str
    prior: Floats
    guess: Floats
    know: Floats
    iterations: int = 0

    @property
    def annotators(self) -> int:
        """Return the number of annotators in the fit."""
        return len(self.know) - 1

    @property
    def log_prior(self) -> Floats:
        """Return log p(truth): (classes,)."""
        return np.log(self.prior)

    @property
    def log_confusion(self) -> Floats:
        """Return log p(label | truth): (annotators + 1, classes, classes). Large for many classes."""
        guessed = (1 - self.know)[:, None, None] * self.guess
        return np.log(guessed + self.know[:, None, None] * np.eye(len(self.guess)))

    @property
    def rows(self) -> Floats:
        """Return the row that each vote adds: (annotators + 1, labels, classes). Large for many classes."""
        return self.log_confusion.transpose(0, 2, 1)

    def read(self, sums: Floats) -> Floats:
        """Return log posteriors of sums of rows: (tasks, classes)."""
        return log_normalise(self.log_prior + sums)

    def beliefs(self, votes: VoteArrays) -> Beliefs:
        """Return p(truth | votes) of the classes with a vote on each task, and of all others together."""
        return self.weigh(votes, voted_pairs(votes))

    def weigh(self, votes: VoteArrays, pairs: VotedPairs) -> Beliefs:
        """Return the same as `beliefs`, for pairs that are computed already."""
        know = self.know[votes.annotator]
        factor = np.log1p(know / ((1 - know) * self.guess[votes.label]))
        return pairs.beliefs(self.prior, pairs.by_pair(factor))

    def knowing(self, votes: VoteArrays, beliefs: Beliefs) -> Floats:
        """Return the probability that each vote was knowledge, not a guess: (votes,)."""
        know = self.know[votes.annotator]
        return beliefs.of_pair[beliefs.pairs.pair] * know / (know + (1 - know) * self.guess[votes.label])

    def log_posterior(self, votes: VoteArrays) -> Floats:
        """Return log p(truth | votes): (tasks, classes). Prefer `beliefs` for thousands of classes."""
        beliefs = self.beliefs(votes)
        out = np.log(self.prior) + beliefs.log_others[:, None]
        out[beliefs.pairs.task, beliefs.pairs.label] = np.log(beliefs.of_pair + TINY)
        return out

    def posterior(self, votes: VoteArrays) -> Floats:
        """Return p(truth | votes): (tasks, classes)."""
        beliefs = self.beliefs(votes)
        out = np.outer(np.exp(beliefs.log_others), self.prior)
        out[beliefs.pairs.task, beliefs.pairs.label] = beliefs.of_pair + TINY
        return out

    def skill(self) -> Floats:
        """Return the probability of a right answer, known or guessed: (annotators,)."""
        return np.asarray(self.know + (1 - self.know) * (self.prior @ self.guess))[:-1]

    def to_arrays(self) -> State:
        """Return the state as named arrays."""
        return {"prior": self.prior, "guess": self.guess, "know": self.know}


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidates:
    """Expectation-maximisation: at most `iterations` rounds, until posteriors move less than `tolerance`."""

    name: str = "candidates"
    is_sparse: ClassVar[bool] = True  # its fits need no table of tasks by classes
    shrink: float = 4.0  # votes with the weight of the crowd's share of knowledge
    expected: float = 0.6  # share of knowledge expected before any vote
    ceiling: float = 0.99  # upper limit of an annotator's share of knowledge
    iterations: int = 100
    tolerance: float = 1e-5
    suits: str = "thousands of classes: time and memory grow with the votes alone"

    def fit(self, votes: VoteArrays, gold: Ints | None = None, start: Fitted | None = None) -> Fitted:
        """Fit from vote shares, or warm from an earlier fit.

        gold: (tasks,), gold class of each task or UNKNOWN.
        """
        pairs, popular = voted_pairs(votes), _smoothed_popularity(votes)
        if isinstance(start, FittedCandidates):
            fitted = _with_annotators(start, votes.annotators)
            beliefs = fitted.weigh(votes, pairs).with_gold(gold)
        else:
            fitted, beliefs = self._prior_fit(votes, popular), pairs.shares().with_gold(gold)
        for rounds in range(1, self.iterations + 1):
            fitted = self._maximise(votes, beliefs, fitted, popular=popular, rounds=rounds)
            before, beliefs = beliefs.of_pair, fitted.weigh(votes, pairs).with_gold(gold)
            if np.abs(beliefs.of_pair - before).sum() <= 2 * self.tolerance * max(votes.tasks, 1):
                break
        return self._maximise(votes, beliefs, fitted, popular=popular, rounds=rounds)

    def load(self, state: State) -> Fitted:
        """Return the fit that `to_arrays` wrote."""
        prior, guess, know = (np.asarray(state[name]) for name in ("prior", "guess", "know"))
        return FittedCandidates(name=self.name, prior=prior, guess=guess, know=know)

    def _prior_fit(self, votes: VoteArrays, popular: Floats) -> FittedCandidates:
        know = np.full(votes.annotators + 1, self.expected)
        return FittedCandidates(
            name=self.name, prior=np.full(votes.classes, 1 / votes.classes), guess=popular, know=know
        )

    def _maximise(
        self, votes: VoteArrays, beliefs: Beliefs, old: FittedCandidates, *, popular: Floats, rounds: int
    ) -> FittedCandidates:
        knowing = old.knowing(votes, beliefs)
        right = np.bincount(votes.annotator, knowing, votes.annotators)
        total = np.bincount(votes.annotator, minlength=votes.annotators)
        crowd = (right.sum() + self.shrink * self.expected) / (len(votes) + self.shrink)
        know = np.append((right + self.shrink * crowd) / (total + self.shrink), crowd)
        # One pseudo-guess per class, spread as labels are, keeps every class possible as a guess.
        guess = np.bincount(votes.label, 1 - knowing, votes.classes) + votes.classes * popular
        prior = beliefs.class_counts(old.prior) + 1 / votes.classes
        return FittedCandidates(
            name=self.name,
            prior=prior / prior.sum(),
            guess=guess / guess.sum(),
            know=np.minimum(know, self.ceiling),
            iterations=rounds,
        )


def _smoothed_popularity(votes: VoteArrays) -> Floats:
    """Return the share of each class among votes: (classes,).

    One vote is added to each class, and the shares are averaged with uniform ones.
    """
    counts = np.bincount(votes.label, minlength=votes.classes) + 1
    return np.asarray(0.5 * counts / counts.sum() + 0.5 / votes.classes)


def _with_annotators(fitted: FittedCandidates, annotators: int) -> FittedCandidates:
    """Return the fit for a larger number of annotators, new ones as the crowd."""
    know = np.full(annotators + 1, fitted.know[-1])
    both = min(annotators, fitted.annotators)
    know[:both] = fitted.know[:both]
    return replace(fitted, know=know)
