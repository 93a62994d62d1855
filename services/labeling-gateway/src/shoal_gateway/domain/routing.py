"""The choice of a job's provider."""

from collections.abc import Collection

IN_HOUSE = "inhouse"  # every project has it: its own annotators, on the gateway's page


class UnknownProvider(ValueError):
    """A job names a provider that its project does not have."""


def choose_provider(requested: str | None, default: str | None, configured: Collection[str]) -> str:
    """Return the provider's name: the job's, else the project's default, else the in-house queue.

    Raises UnknownProvider if the project has not configured it.
    """
    name = requested or default or IN_HOUSE
    if name != IN_HOUSE and name not in configured:
        raise UnknownProvider(name)
    return name
