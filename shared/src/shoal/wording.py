"""Numbers with their nouns, in messages and on pages."""


def format_count(number: int, noun: str, plural: str = "") -> str:
    """Return a number with its noun: "1 row", "2,000 rows". plural: of a noun that takes more than an s."""
    return f"{number:,} {noun if number == 1 else plural or f'{noun}s'}"
