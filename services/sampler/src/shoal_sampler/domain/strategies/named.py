"""What the file of a strategy says about it. Campaigns, the command line and the docs read it from the registry."""

from dataclasses import dataclass
from typing import Literal

from shoal_sampler.domain.pools.pool import Pool, Ranking, Strategy

Need = Literal["scores", "examples"]


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedStrategy:
    """A strategy and its description; it is called like the function that it names.

    name: in campaigns and on the command line. reason: what decisions of a window say. purpose: what it is for, a
    line of docs/selection.md. paper: where it comes from. needs: what a pool must have. measure: True for a measure of
    the campaign kind `uncertainty`, which is not a kind by its own name.
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
