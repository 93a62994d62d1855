"""Errors of providers, and the titles of refusals."""

from datetime import timedelta

from shoal_gateway.domain.faults import Fault


class ProviderUnavailable(Exception):
    """No answer, or one that asks to try later: the outcome is unknown, and the call is repeated."""

    def __init__(self, detail: str, fault: Fault, *, retry_after: timedelta | None = None) -> None:
        super().__init__(detail)
        self.fault = fault
        self.retry_after = retry_after


class ProviderRefused(Exception):
    """The provider refused the call for good. `everything`: it would refuse any call (wrong credentials)."""

    fault = Fault.REFUSED

    def __init__(self, detail: str, *, everything: bool = False) -> None:
        super().__init__(detail)
        self.everything = everything


def title_of(reason: str) -> str:
    """Return the title of a refusal: its snake_case reason in plain words."""
    return reason.replace("_", " ").capitalize()
