"""What goes wrong at providers."""

from datetime import timedelta


class ProviderUnavailable(Exception):
    """No answer, or one that says "later": the outcome is unknown and the call will be repeated."""

    def __init__(self, detail: str, retry_after: timedelta | None = None) -> None:
        super().__init__(detail)
        self.retry_after = retry_after


class ProviderRefused(Exception):
    """A final no. `everything`: the credentials are wrong, so that no other call would fare better."""

    def __init__(self, detail: str, *, everything: bool = False) -> None:
        super().__init__(detail)
        self.everything = everything


def title_of(reason: str) -> str:
    """Return a refusal's title: its reason, which is one snake_case word, as people write it."""
    return reason.replace("_", " ").capitalize()
