"""What is wrong with what a user gave."""


class BadInput(ValueError):
    """A file that a command cannot use: one line that names the file and row, what is wrong, and the fix."""
