"""The registry of strategies: one file each, pure arrays in and indices out. A new strategy is one line here."""

from shoal_sampler.domain.pools.pool import Strategy
from shoal_sampler.domain.strategies.auto import auto
from shoal_sampler.domain.strategies.badge import badge
from shoal_sampler.domain.strategies.cluster_margin import cluster_margin
from shoal_sampler.domain.strategies.density import density_weighted
from shoal_sampler.domain.strategies.entropy import entropy
from shoal_sampler.domain.strategies.facility_location import facility_location
from shoal_sampler.domain.strategies.herding import herding
from shoal_sampler.domain.strategies.k_center import k_center
from shoal_sampler.domain.strategies.least_confidence import least_confidence
from shoal_sampler.domain.strategies.margin import margin
from shoal_sampler.domain.strategies.more_like_these import more_like_these
from shoal_sampler.domain.strategies.stratified import stratified
from shoal_sampler.domain.strategies.typiclust import typiclust
from shoal_sampler.domain.strategies.uncertainty_herding import uncertainty_herding
from shoal_sampler.domain.strategies.uniform import random

STRATEGIES: dict[str, Strategy] = {
    "auto": auto,
    "random": random,
    "stratified": stratified,
    "margin": margin,
    "entropy": entropy,
    "least_confidence": least_confidence,
    "density": density_weighted,
    "herding": herding,
    "uncertainty_herding": uncertainty_herding,
    "facility_location": facility_location,
    "k_center": k_center,
    "badge": badge,
    "cluster_margin": cluster_margin,
    "typiclust": typiclust,
    "more_like_these": more_like_these,
}
"""Every strategy by the name that campaigns and the command line use."""
