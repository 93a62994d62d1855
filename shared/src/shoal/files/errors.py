"""Errors in a user's files and options."""


class BadInput(ValueError):
    """An error in one line, which names the file and row or the field, the fault and the fix.

    field: the field of a request that is wrong, by its name in Python; a command turns it into its option.
    """

    def __init__(self, detail: str, *, field: str | None = None) -> None:
        super().__init__(detail)
        self.field = field


class BadContent(ValueError):
    """A reader's error, worded to follow the file's name, such as ", line 3 has two values"."""
