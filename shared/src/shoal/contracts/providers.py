"""The providers of projects, which label samples."""

from typing import ClassVar

from pydantic import Field

from shoal.contracts.base import Event, Name, Phrase, Timestamp, Value

IN_HOUSE = "inhouse"
"""The provider that every project has without configuring it: its own annotators, on the gateway's page."""


class ProviderEntry(Value):
    """One configured provider of a project; without its address and secrets."""

    name: Name
    kind: Phrase = Field(max_length=64)
    is_default: bool = False


class ProvidersChanged(Event):
    """The complete list of a project's configured providers after a change."""

    TYPE: ClassVar[str] = "shoal.providers.changed.v1"
    KEY: ClassVar[str] = "project"

    providers: tuple[ProviderEntry, ...] = ()
    changed_at: Timestamp
