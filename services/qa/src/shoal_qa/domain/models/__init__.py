"""Models of votes, by name."""

from shoal_qa.domain.models.base import Fitted, Model, State
from shoal_qa.domain.models.dawid_skene import DawidSkene
from shoal_qa.domain.models.majority import Majority
from shoal_qa.domain.models.priors import Dirichlet

MODELS: dict[str, Model] = {
    model.name: model
    for model in (
        Majority(),
        DawidSkene(),
        DawidSkene(name="dawid-skene-dirichlet", prior=Dirichlet()),
    )
}
"""The registry: majority vote, Dawid-Skene with the hierarchical prior, and with a fixed Dirichlet prior."""

__all__ = ["MODELS", "Fitted", "Model", "State"]
