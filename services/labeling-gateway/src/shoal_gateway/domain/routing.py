"""Which provider a job goes to."""

from collections.abc import Collection

IN_HOUSE = "inhouse"  # always there: the project's own people at the gateway's page


class UnknownProvider(ValueError):
    """A job names a provider that its project does not have."""


def choose_provider(requested: str | None, default: str | None, configured: Collection[str]) -> str:
    """Return the provider's name: the one the job asks for, else the project's default, else the own queue.

    Raises UnknownProvider.
    """
    name = requested or default or IN_HOUSE
    if name != IN_HOUSE and name not in configured:
        raise UnknownProvider(name)
    return name
