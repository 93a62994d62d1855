"""What is wrong with a file or an option that a user gave to a command."""


class BadInput(ValueError):
    """One line that names the file and row or the field, what is wrong with it, and the fix.

    field: the field of a request that is wrong, by its name in Python; a command turns it into its option.
    """

    def __init__(self, detail: str, *, field: str | None = None) -> None:
        super().__init__(detail)
        self.field = field


class BadContent(ValueError):
    """What a reader of one format says of its file, to stand behind the file's name: ", line 3 has two values"."""
