"""The registry of strategies, one file each: arrays in, indices out. A new strategy is added here only."""

from shoal_sampler.domain.strategies.auto import AUTO
from shoal_sampler.domain.strategies.badge import BADGE
from shoal_sampler.domain.strategies.cluster_margin import CLUSTER_MARGIN
from shoal_sampler.domain.strategies.density import DENSITY
from shoal_sampler.domain.strategies.entropy import ENTROPY
from shoal_sampler.domain.strategies.facility_location import FACILITY_LOCATION
from shoal_sampler.domain.strategies.herding import HERDING
from shoal_sampler.domain.strategies.k_center import K_CENTER
from shoal_sampler.domain.strategies.least_confidence import LEAST_CONFIDENCE
from shoal_sampler.domain.strategies.margin import MARGIN
from shoal_sampler.domain.strategies.more_like_these import MORE_LIKE_THESE
from shoal_sampler.domain.strategies.named import NamedStrategy
from shoal_sampler.domain.strategies.stratified import STRATIFIED
from shoal_sampler.domain.strategies.typiclust import TYPICLUST
from shoal_sampler.domain.strategies.uncertainty_herding import UNCERTAINTY_HERDING
from shoal_sampler.domain.strategies.uniform import RANDOM

_ALL = (
    AUTO,
    RANDOM,
    STRATIFIED,
    MARGIN,
    ENTROPY,
    LEAST_CONFIDENCE,
    DENSITY,
    HERDING,
    UNCERTAINTY_HERDING,
    FACILITY_LOCATION,
    K_CENTER,
    BADGE,
    CLUSTER_MARGIN,
    TYPICLUST,
    MORE_LIKE_THESE,
)
STRATEGIES: dict[str, NamedStrategy] = {strategy.name: strategy for strategy in _ALL}
"""Every strategy by the name that campaigns and the command line use, in the order of the docs."""


def file_strategies() -> list[str]:
    """Return the names of the strategies that choose rows of a file, which has no examples."""
    return [name for name, strategy in STRATEGIES.items() if "examples" not in strategy.needs]
