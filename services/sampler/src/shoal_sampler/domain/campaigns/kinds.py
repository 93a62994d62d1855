"""The kinds of campaigns: every strategy that is not a measure, and two that combine strategies."""

from shoal_sampler.domain.strategies import STRATEGIES

COMPOSED = ("uncertainty", "coverage_then_margin")


def campaign_kinds() -> list[str]:
    """Return the kinds that a campaign may have."""
    return [name for name, strategy in STRATEGIES.items() if not strategy.measure] + list(COMPOSED)


def uncertainty_measures() -> list[str]:
    """Return the measures of the kind `uncertainty`."""
    return [name for name, strategy in STRATEGIES.items() if strategy.measure]


def needs_examples(kind: str) -> bool:
    """Return whether campaigns of `kind` choose by examples."""
    return kind in STRATEGIES and "examples" in STRATEGIES[kind].needs
