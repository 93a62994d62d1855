"""auto: coverage while nothing is known, coverage of what a model is unsure of once there is one; by evidence."""

from dataclasses import replace

import numpy as np

from shoal_sampler.domain.models.evidence import PRIOR, UNDECIDED, Evidence, weigh
from shoal_sampler.domain.models.joint import joined, typical
from shoal_sampler.domain.models.probe import fit_probe
from shoal_sampler.domain.models.uncertainty import margin_uncertainty
from shoal_sampler.domain.pools.landmarks import LANDMARKS, some
from shoal_sampler.domain.pools.pool import UNKNOWN, Pool, Ranking
from shoal_sampler.domain.strategies.facility_location import weighted_location
from shoal_sampler.domain.strategies.named import NamedStrategy
from shoal_sampler.domain.strategies.uncertainty_herding import filled
from shoal_sampler.domain.vectors.rows import Floats, Indices
from shoal_sampler.domain.vectors.typicality import by_typicality


def auto(pool: Pool, k: int) -> Ranking:
    """Return k candidates by what is known. Score: the gain of the strategy that was followed."""
    return with_evidence(pool, k)[0]


AUTO = NamedStrategy(
    name="auto",
    choose=auto,
    reason="widest coverage of what the model is unsure of in the window",
    purpose="the default: coverage first, then coverage of what the model is unsure of; better with labels",
)


def with_evidence(pool: Pool, k: int) -> tuple[Ranking, Evidence]:
    """Return k candidates, and why they were chosen so.

    The greedy choice of largest sum over z of i(z) max over chosen c of s(z, c), given what is chosen. Without scores
    and without labels of two classes i(z) = t(z), and s is the cosine. Otherwise:

    - importance i(z) = t(z) (trust x u(z) + (1 - trust) x mean u), where u is the margin uncertainty of the scores
      given, or of a linear probe fitted to the labels where there are none; trust comes from labelled rows
      (evidence.py), and is 1/2 without them. Coverage is never given up, so that with a poor or noisy model it is what
      decides. t is a power of how like z is to the row nearest to it, between -1/2, by which all regions of the pool
      count more alike, and 1, by which outliers do not count: the more errors remain, the higher (typicality.py).
    - similarity s(z, c): of looks, and of what the model makes of both by as much as its skill on labelled rows is
      worth (models/joint.py). A chosen row then speaks for rows that look like it and are judged like it, and not for
      those across a boundary. Looks alone where the model has no opinion of the chosen rows, and where there are no
      labels to judge it by.
    """
    labelled = np.flatnonzero(pool.labels != UNKNOWN)
    vectors, labels = pool.chosen[labelled], pool.labels[labelled]
    judged = len(labels) > 0 and len(np.unique(labels)) > 1
    scored = bool(np.isfinite(pool.scores).any())
    if not scored and not judged:
        reason = "no model yet: coverage of the pool"
        evidence = Evidence(
            regime="coverage", reason=reason, trust=0.0, labelled=len(labels), classes=len(np.unique(labels))
        )
        return weighted_location(pool, k, _typical(pool, np.ones(len(pool), np.float32), 0.0)), evidence
    if judged:
        classes = int(labels.max()) + 1
        evidence = weigh(vectors, labels, classes, pool.seed)
        if not scored:
            probe = fit_probe(vectors, labels, classes=classes)
            opinion, of_chosen = probe.probabilities(pool.vectors), probe.probabilities(pool.chosen)
            pool = replace(pool, scores=opinion, chosen_scores=of_chosen)
    else:
        evidence = Evidence(
            regime="uncertainty",
            reason="scores without labels to judge them by: half coverage",
            trust=PRIOR,
            ambiguity=UNDECIDED,
        )
    mixture = _importance(pool, evidence)
    known = pool.chosen_scores.shape == (len(pool.chosen), pool.scores.shape[1])
    if not known or evidence.skill <= 0:
        return weighted_location(pool, k, mixture), evidence
    weight = typical(pool.vectors[_looked_at(pool)], evidence.skill)
    seen = replace(pool, chosen=joined(pool.chosen, pool.chosen_scores, weight))
    return weighted_location(
        seen, k, mixture, lambda part: joined(part.vectors, part.scores, weight)
    ), evidence


def _importance(pool: Pool, evidence: Evidence) -> Floats:
    """Return (n,) i(z)."""
    uncertainty = filled(margin_uncertainty(pool.scores))
    mixture: Floats = evidence.trust * uncertainty + (1 - evidence.trust) * float(uncertainty.mean())
    return _typical(pool, mixture, evidence.ambiguity)


def _typical(pool: Pool, importance: Floats, ambiguity: float) -> Floats:
    """Return (n,) `importance` times t(z); as it is for rows that nobody looks at."""
    rows = _looked_at(pool)
    importance[rows] *= by_typicality(pool.vectors[rows], ambiguity)
    return importance


def _looked_at(pool: Pool) -> Indices:
    """Return the rows that stand for the pool in weighted_location."""
    return some(len(pool), LANDMARKS, pool.seed)
