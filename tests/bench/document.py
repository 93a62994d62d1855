"""The measured parts of documents."""

from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"


def put_into(name: str, part: str, text: str) -> None:
    """Replace the text between the marks of `part` in a document."""
    whole = (DOCS / name).read_text(encoding="utf-8")
    begin, end = f"<!-- {part}: begin -->", f"<!-- {part}: end -->"
    before, after = whole[: whole.index(begin) + len(begin)], whole[whole.index(end) :]
    (DOCS / name).write_text(f"{before}\n{text}\n{after}", encoding="utf-8")
