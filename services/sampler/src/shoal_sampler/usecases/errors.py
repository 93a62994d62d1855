"""What is wrong with what a user gave."""


class BadInput(ValueError):
    """One line that names the file or the row, what is wrong with it, and the fix."""
