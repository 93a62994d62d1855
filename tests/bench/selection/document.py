"""The measured parts of docs/selection.md."""

from pathlib import Path

DOCUMENT = Path(__file__).parents[3] / "docs" / "selection.md"


def put(part: str, text: str) -> None:
    """Replace what stands between the marks of `part`."""
    whole = DOCUMENT.read_text(encoding="utf-8")
    begin, end = f"<!-- {part}: begin -->", f"<!-- {part}: end -->"
    before, after = whole[: whole.index(begin) + len(begin)], whole[whole.index(end) :]
    DOCUMENT.write_text(f"{before}\n{text}\n{after}", encoding="utf-8")
