"""auto: coverage first; with scores or labels, coverage of what the model is unsure of, by evidence."""

from dataclasses import replace

import numpy as np

from shoal_sampler.domain.models.evidence import PRIOR, UNDECIDED, Evidence, weigh_uncertainty
from shoal_sampler.domain.models.joint import joint_vectors, opinion_weight
from shoal_sampler.domain.models.probe import fit_probe
from shoal_sampler.domain.models.uncertainty import margin_uncertainty
from shoal_sampler.domain.pools.landmarks import LANDMARKS, sample_rows
from shoal_sampler.domain.pools.pool import UNKNOWN, Pool, Ranking
from shoal_sampler.domain.strategies.facility_location import weighted_location
from shoal_sampler.domain.strategies.named import NamedStrategy
from shoal_sampler.domain.strategies.uncertainty_herding import fill_unknown
from shoal_sampler.domain.vectors.rows import Floats, Indices
from shoal_sampler.domain.vectors.typicality import typicality_weights


def choose_automatically(pool: Pool, k: int) -> Ranking:
    """Return k candidates by coverage and, once there is a model, by its uncertainty.

    Score: the gain of the strategy that was used.
    """
    return choose_with_evidence(pool, k)[0]


AUTO = NamedStrategy(
    name="auto",
    choose=choose_automatically,
    reason="widest coverage of what the model is unsure of in the window",
    purpose="the default: coverage first, then coverage of what the model is unsure of; better with labels",
)


def choose_with_evidence(pool: Pool, k: int) -> tuple[Ranking, Evidence]:
    """Return k candidates, and the evidence for the choice.

    The greedy choice of the largest sum over z of i(z) max over chosen c of s(z, c), given the rows that are
    already chosen. Without scores and without labels of two classes, i(z) = t(z) and s is the cosine.
    Otherwise:

    - importance i(z) = t(z) (trust x u(z) + (1 - trust) x mean u). u is the margin uncertainty of the given
      scores or, without scores, of a linear probe fitted to the labels. trust comes from labelled rows
      (evidence.py), and is 1/2 without them. Coverage always counts, so with a poor or noisy model it
      decides. t is a power of the cosine of z with its nearest row, between -1/2, which makes all regions of
      the pool count more alike, and 1, which ignores outliers: the more errors remain, the higher the power
      (typicality.py).
    - similarity s(z, c) combines the cosine of the embeddings and the agreement of the model's predictions,
      weighted by the model's skill on labelled rows (models/joint.py). A chosen row then covers rows that
      look like it and are predicted like it, and not those across a boundary. If the model's predictions for
      the chosen rows are unknown, or there are no labels to judge them by, only the embeddings count.
    """
    labelled = np.flatnonzero(pool.labels != UNKNOWN)
    vectors, labels = pool.chosen_vectors[labelled], pool.labels[labelled]
    judged = len(labels) > 0 and len(np.unique(labels)) > 1
    scored = bool(np.isfinite(pool.scores).any())
    if not scored and not judged:
        return _cover_pool(pool, k), _no_model_yet(labels)
    if not scored:
        pool = _scored_by_probe(pool, vectors, labels)
    evidence = (
        weigh_uncertainty(vectors, labels, int(labels.max()) + 1, pool.seed) if judged else _UNJUDGED_SCORES
    )
    return _cover_unsure_rows(pool, k, evidence), evidence


_UNJUDGED_SCORES = Evidence(
    regime="uncertainty",
    reason="scores without labels to judge them by: half coverage",
    trust=PRIOR,
    ambiguity=UNDECIDED,
)


def _no_model_yet(labels: Indices) -> Evidence:
    return Evidence(
        regime="coverage",
        reason="no model yet: coverage of the pool",
        trust=0.0,
        labelled=len(labels),
        classes=len(np.unique(labels)),
    )


def _cover_pool(pool: Pool, k: int) -> Ranking:
    return weighted_location(pool, k, _scale_by_typicality(pool, np.ones(len(pool), np.float32), 0.0))


def _scored_by_probe(pool: Pool, vectors: Floats, labels: Indices) -> Pool:
    """Return the pool with the scores of a linear probe, fitted to labelled rows."""
    probe = fit_probe(vectors, labels, classes=int(labels.max()) + 1)
    opinion, of_chosen = probe.probabilities(pool.vectors), probe.probabilities(pool.chosen_vectors)
    return replace(pool, scores=opinion, chosen_scores=of_chosen)


def _cover_unsure_rows(pool: Pool, k: int, evidence: Evidence) -> Ranking:
    """Return k candidates of a pool with scores."""
    mixture = _row_importance(pool, evidence)
    comparable = pool.chosen_scores.shape == (len(pool.chosen_vectors), pool.scores.shape[1])
    if not comparable or evidence.skill <= 0:
        return weighted_location(pool, k, mixture)
    weight = opinion_weight(pool.vectors[_landmark_rows(pool)], evidence.skill)
    joint_pool = replace(pool, chosen_vectors=joint_vectors(pool.chosen_vectors, pool.chosen_scores, weight))
    return weighted_location(
        joint_pool, k, mixture, lambda part: joint_vectors(part.vectors, part.scores, weight)
    )


def _row_importance(pool: Pool, evidence: Evidence) -> Floats:
    """Return (n,) i(z)."""
    uncertainty = fill_unknown(margin_uncertainty(pool.scores))
    mixture: Floats = evidence.trust * uncertainty + (1 - evidence.trust) * float(uncertainty.mean())
    return _scale_by_typicality(pool, mixture, evidence.ambiguity)


def _scale_by_typicality(pool: Pool, importance: Floats, ambiguity: float) -> Floats:
    """Return (n,) `importance` times t(z); rows that are not landmarks stay as they are."""
    rows = _landmark_rows(pool)
    importance[rows] *= typicality_weights(pool.vectors[rows], ambiguity)
    return importance


def _landmark_rows(pool: Pool) -> Indices:
    """Return the rows that represent the pool in weighted_location."""
    return sample_rows(len(pool), LANDMARKS, pool.seed)
