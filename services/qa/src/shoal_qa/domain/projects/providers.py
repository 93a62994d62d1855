"""How often the votes of a provider agree with the labels accepted from all votes, or by an expert."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ProviderAgreement:
    """Compared votes of a provider, and how many of them equal their job's label."""

    compared: int
    agreed: int

    @property
    def ratio(self) -> float:
        """Return the share of votes that agree."""
        return self.agreed / self.compared


def provider_agreement(votes: Iterable[tuple[str, str, str]]) -> dict[str, ProviderAgreement]:
    """Return the agreement of each provider. votes: (provider, the vote's label, its job's label)."""
    compared: Counter[str] = Counter()
    agreed: Counter[str] = Counter()
    for provider, vote, label in votes:
        compared[provider] += 1
        agreed[provider] += vote == label
    return {
        provider: ProviderAgreement(count, agreed[provider]) for provider, count in sorted(compared.items())
    }
