"""auto: coverage while nothing is known, coverage of the uncertain part once a model is; the mixture by evidence."""

from dataclasses import replace

import numpy as np

from shoal_sampler.domain.evidence import PRIOR, Evidence, weigh
from shoal_sampler.domain.pool import UNKNOWN, Pool, Ranking
from shoal_sampler.domain.probe import fit_probe
from shoal_sampler.domain.strategies.facility_location import facility_location
from shoal_sampler.domain.strategies.uncertainty_herding import cover_uncertain, filled
from shoal_sampler.domain.uncertainty import margin_uncertainty


def auto(pool: Pool, k: int) -> Ranking:
    """Return k candidates by what is known. Score: the gain of the strategy that was followed."""
    return with_evidence(pool, k)[0]


def with_evidence(pool: Pool, k: int) -> tuple[Ranking, Evidence]:
    """Return k candidates, and why they were chosen so.

    Without scores and without labels of two classes: facility location, given what is chosen. Otherwise uncertainty
    herding with importance trust x u(z) + (1 - trust) x mean u, where u is the margin uncertainty of the scores given,
    or of a linear probe fitted to the labels where there are none; trust comes from labelled rows (evidence.py), and
    is 1/2 without them. Coverage is never given up, so that with a poor or noisy model the choice is herding's.
    """
    labelled = np.flatnonzero(pool.labels != UNKNOWN)
    labels = pool.labels[labelled]
    judged = len(labels) > 0 and len(np.unique(labels)) > 1
    scored = bool(np.isfinite(pool.scores).any())
    if not scored and not judged:
        reason = "no model yet: coverage of the pool"
        return facility_location(pool, k), Evidence(
            "coverage", reason, 0.0, len(labels), len(np.unique(labels))
        )
    if judged:
        vectors, classes = pool.chosen[labelled], int(labels.max()) + 1
        evidence = weigh(vectors, labels, classes, pool.seed)
        if not scored:
            pool = replace(pool, scores=fit_probe(vectors, labels, classes).probabilities(pool.vectors))
    else:
        evidence = Evidence("uncertainty", "scores without labels to judge them by: half coverage", PRIOR)
    uncertainty = filled(margin_uncertainty(pool.scores))
    mixture = evidence.trust * uncertainty + (1 - evidence.trust) * float(uncertainty.mean())
    return cover_uncertain(pool, k, mixture.astype(np.float32)), evidence
