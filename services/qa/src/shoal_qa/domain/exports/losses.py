"""Rows that a format cannot hold."""


class Unexportable(Exception):
    """A row that a format cannot hold. reason: one word for counts, such as `tie`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
