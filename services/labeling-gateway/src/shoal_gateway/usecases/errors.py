"""What goes wrong in words that the doors (HTTP, topics) can answer with."""

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


class WebhookRefused(Exception):
    """A webhook that cannot be believed or read; `status` is what its sender is told."""

    def __init__(self, status: int, title: str, detail: str, *, field: str, fix: str) -> None:
        super().__init__(detail)
        self.status, self.title, self.detail, self.field, self.fix = status, title, detail, field, fix


class Refused(Exception):
    """A request of a person that cannot be done: a closed word for what is wrong, and the fix."""

    def __init__(self, status: int, reason: str, detail: str, *, field: str, fix: str) -> None:
        super().__init__(detail)
        self.status, self.reason, self.detail, self.field, self.fix = status, reason, detail, field, fix
