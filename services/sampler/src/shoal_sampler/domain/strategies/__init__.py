"""The registry of strategies: one file each, pure arrays in and indices out. A new strategy is one line
here.
"""

from shoal_sampler.domain.pool import Strategy
from shoal_sampler.domain.strategies.entropy import entropy
from shoal_sampler.domain.strategies.herding import herding
from shoal_sampler.domain.strategies.least_confidence import least_confidence
from shoal_sampler.domain.strategies.margin import margin
from shoal_sampler.domain.strategies.more_like_these import more_like_these
from shoal_sampler.domain.strategies.uniform import random

STRATEGIES: dict[str, Strategy] = {
    "random": random,
    "margin": margin,
    "entropy": entropy,
    "least_confidence": least_confidence,
    "herding": herding,
    "more_like_these": more_like_these,
}
"""Every strategy by the name that campaigns and the command line use."""
