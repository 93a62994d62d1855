"""Classes with several kinds of tasks: annotators who err together on one kind are not independent witnesses.

    p(truth = k) = p[k],   p(kind = m | truth = k) = q[k, m],   m = 1 .. M
    p(annotator a says l | truth k, kind m) = confusion[a, k, m, l],   votes independent given truth and kind

Given the truth alone votes are correlated, as real votes are: on a hard kind most annotators are wrong
together, and five equal wrong votes count for less than five independent ones. Mean-field variational Bayes
with q[k] ~ Dirichlet(w / M), confusion[a, k, m] ~ Dirichlet(e / K + d [l = k]): the prior of a row is worth e
+ d votes, whatever the number of classes.
Source: EBCC of Li, Rubinstein and Cohn, "Exploiting Worker Correlation for Label Aggregation in
Crowdsourcing", ICML 2019, with its priors for two classes; class shares as in em.py.
"""

from dataclasses import dataclass, field

import numpy as np

from shoal_qa.domain.models.base import Fitted, State
from shoal_qa.domain.models.confusions import ConfusionFit
from shoal_qa.domain.models.em import ClassShares, first_posterior, impose_gold, posterior_shift
from shoal_qa.domain.models.priors import expected_log
from shoal_qa.domain.votes.arrays import Floats, Ints, VoteArrays
from shoal_qa.domain.votes.scatter import count_confusions, log_normalise, sum_by_annotator, sum_by_task


@dataclass(frozen=True, slots=True, kw_only=True)
class FittedSubtypes(ConfusionFit):
    """The fit; `log_confusion` is (annotators + 1, classes x kinds, classes).

    log_kinds: (classes, kinds), log p(truth, kind).
    """

    log_kinds: Floats

    def joint(self, sums: Floats) -> Floats:
        """Return log p(truth, kind | votes): (tasks, classes x kinds)."""
        return log_normalise(sums + self.log_kinds.ravel())

    def read(self, sums: Floats) -> Floats:
        """Return log posteriors of sums of rows: (tasks, classes)."""
        whole = np.exp(self.joint(sums)).reshape(len(sums), *self.log_kinds.shape).sum(axis=2)
        return np.asarray(np.log(np.maximum(whole, 1e-300)))

    def posterior(self, votes: VoteArrays) -> Floats:
        """Return p(truth | votes): (tasks, classes)."""
        return np.exp(self.log_posterior(votes))

    def to_arrays(self) -> State:
        """Return the state as named arrays."""
        return {
            "log_kinds": self.log_kinds,
            "log_confusion": self.log_confusion.astype(np.float32),
            "right": self.right,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Subtypes:
    """Variational Bayes, at most `iterations` rounds. `seed` draws the first kinds of tasks."""

    name: str = "subtypes"
    kinds: int = 3  # M; fewer if a class has fewer tasks on average
    kind_weight: float = 0.1  # w: below 1, so that superfluous kinds stay empty
    everywhere: float = 2.0  # e
    diagonal: float = 3.0  # d
    class_shares: ClassShares = field(default_factory=ClassShares)
    iterations: int = 100
    tolerance: float = 1e-4
    seed: int = 0
    suits: str = "tasks that are hard for everybody"

    def fit(self, votes: VoteArrays, gold: Ints | None = None, start: Fitted | None = None) -> Fitted:
        """Fit from vote shares and random kinds, or from an earlier fit."""
        posterior = impose_gold(first_posterior(votes, start), gold)
        within = self._within(votes, start)
        class_shares = self.class_shares.over(votes)
        for _ in range(self.iterations):
            fitted = self._maximise(votes, posterior, within, class_shares(posterior))
            joint = np.exp(fitted.joint(sum_by_task(votes, fitted.log_confusion))).reshape(within.shape)
            whole = joint.sum(axis=2)
            within = joint / np.maximum(whole, 1e-300)[:, :, None]
            before, posterior = posterior, impose_gold(whole, gold)
            if posterior_shift(before, posterior) <= self.tolerance:
                break
        return self._maximise(votes, posterior, within, class_shares(posterior))

    def load(self, state: State) -> Fitted:
        """Return the fit that `to_arrays` wrote."""
        confusion = np.asarray(state["log_confusion"], np.float64)
        return FittedSubtypes(
            name=self.name,
            log_kinds=np.asarray(state["log_kinds"]),
            log_confusion=confusion,
            right=np.asarray(state["right"]),
        )

    def _within(self, votes: VoteArrays, start: Fitted | None) -> Floats:
        """Return the first p(kind | truth) of each task: (tasks, classes, kinds)."""
        # No more than a class has tasks: the random start would settle ties of a few tasks, as if it knew.
        kinds = max(1, min(self.kinds, votes.tasks // max(1, votes.classes)))
        shape = (votes.tasks, votes.classes, kinds)
        sizes = (votes.annotators, shape[1:])
        if isinstance(start, FittedSubtypes) and (start.annotators, start.log_kinds.shape) == sizes:
            joint = np.exp(start.joint(sum_by_task(votes, start.log_confusion))).reshape(shape)
            return np.asarray(joint / np.maximum(joint.sum(axis=2, keepdims=True), 1e-300))
        return np.random.default_rng(self.seed).dirichlet(np.ones(kinds), shape[:2])

    def _maximise(
        self, votes: VoteArrays, posterior: Floats, within: Floats, shares: Floats
    ) -> FittedSubtypes:
        joint = posterior[:, :, None] * within
        number = within.shape[2]
        kinds = expected_log(self.kind_weight / number + joint.sum(axis=0))
        counts = count_confusions(votes, joint.reshape(votes.tasks, number * votes.classes))
        confusion = expected_log(self._with_prior(counts))
        right = sum_by_annotator(votes, posterior[votes.task, votes.label])
        answered = sum_by_annotator(votes)
        return FittedSubtypes(
            name=self.name,
            log_kinds=kinds + shares[:, None],
            log_confusion=confusion,
            right=(right + 1) / (answered + 2),
        )

    def _with_prior(self, counts: Floats) -> Floats:
        """Return Dirichlet counts: (annotators + 1, classes x kinds, classes).

        The last entry is for an unknown annotator: the crowd, with the weight of the prior.
        """
        classes = counts.shape[2]
        kinds = counts.shape[1] // classes
        prior = self.everywhere / classes + self.diagonal * np.repeat(np.eye(classes), kinds, axis=0)
        crowd = counts.sum(axis=0) + prior
        unseen = crowd / crowd.sum(axis=1, keepdims=True) * prior.sum(axis=1, keepdims=True)
        return np.concatenate([counts + prior, unseen[None]])
