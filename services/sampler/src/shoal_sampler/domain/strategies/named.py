"""A strategy's description. Campaigns, the command line and the docs read it from the registry."""

from dataclasses import dataclass
from typing import Literal

from shoal_sampler.domain.pools.pool import Pool, Ranking, Strategy

Need = Literal["scores", "examples"]


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedStrategy:
    """A strategy and its description; call it like the function that it names.

    name: in campaigns and on the command line. reason: recorded in the decisions of a window. purpose: its
    line in docs/selection.md. paper: its source. needs: what a pool must have. measure: True for a measure of
    the campaign kind `uncertainty`, which is not a kind by itself.
    """

    name: str
    choose: Strategy
    reason: str
    purpose: str
    paper: str = ""
    needs: frozenset[Need] = frozenset()
    measure: bool = False

    def __call__(self, pool: Pool, k: int) -> Ranking:
        """Return at most k candidates, as `choose` does."""
        return self.choose(pool, k)
