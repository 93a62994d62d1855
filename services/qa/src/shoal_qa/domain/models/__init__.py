"""Models of votes, by name."""

from shoal_qa.domain.models.base import Additive, Fitted, Model, State
from shoal_qa.domain.models.candidates import Candidates
from shoal_qa.domain.models.dawid_skene import DawidSkene
from shoal_qa.domain.models.mace import Mace
from shoal_qa.domain.models.majority import Majority
from shoal_qa.domain.models.one_coin import OneCoin
from shoal_qa.domain.models.panel import Panel
from shoal_qa.domain.models.priors import Dirichlet, Merged, Variational
from shoal_qa.domain.models.subtypes import Subtypes
from shoal_qa.domain.models.weighted import WeightedAverage

MEMBERS: tuple[Model, ...] = (
    DawidSkene(),
    DawidSkene(
        name="merged",
        prior=Merged(),
        suits="annotators who differ in skill, and classes that everybody confuses in the same way",
    ),
    Mace(),
    WeightedAverage(),
    Subtypes(),
)

AUTO = Panel(members=MEMBERS, floor=(Majority(),), wide=(Candidates(),))

_ALL: tuple[Model, ...] = (
    AUTO,
    Majority(),
    *MEMBERS,
    OneCoin(),
    Candidates(),
    DawidSkene(
        name="dawid-skene-dirichlet", prior=Dirichlet(), suits="the same as `dawid-skene`; a fixed prior"
    ),
    DawidSkene(name="dawid-skene-variational", prior=Variational(), suits="the same; variational Bayes"),
)

MODELS: dict[str, Model] = {model.name: model for model in _ALL}
"""The registry. The command line, the rules of projects and the table of docs/quality.md read it.

`dawid-skene` has the hierarchical prior, `merged` its two upper levels only.
"""


def panel_of(model: str) -> Panel:
    """Return a model of the registry as a panel; a single model becomes a panel of one."""
    entry = MODELS[model]
    return entry if isinstance(entry, Panel) else Panel(members=(entry,), name=entry.name)


__all__ = ["AUTO", "MEMBERS", "MODELS", "Additive", "Fitted", "Model", "Panel", "State", "panel_of"]
