"""Recognition of a text file's form: by its content, and by its name where the content leaves it open."""

import re
from typing import Literal

from shoal.files.forms.json_values import RepeatedField, parse_json
from shoal.files.forms.separators import SEPARATORS, read_records

TextForm = Literal["CSV", "TSV", "JSON", "JSON lines", "lines"]
FORMS: dict[str, TextForm] = {
    ".json": "JSON",
    ".jsonl": "JSON lines",
    ".ndjson": "JSON lines",
    ".tsv": "TSV",
    ".tab": "TSV",
    ".txt": "lines",
}
HEAD = 1 << 16  # bytes that show the form
_OBJECT = re.compile(r'\s*\{\s*["}]')
_ARRAY = re.compile(r"\s*\[\s*\{")


def recognize_form(head: str, suffix: str) -> TextForm:
    """Return the form of a text by its first lines. suffix: of its name, such as ".csv"."""
    named = FORMS.get(suffix, "CSV")
    if named in ("JSON", "JSON lines"):
        return "CSV" if _is_delimited(head) else named
    if _ARRAY.match(head):
        return "JSON"
    if _OBJECT.match(head):
        return _form_of_object(head, named)
    return named


def _form_of_object(head: str, named: TextForm) -> TextForm:
    """Return the form of a text that starts as a JSON object does."""
    first, end, _ = head.lstrip().partition("\n")
    if not end:  # the line is longer than the head
        return "JSON lines"
    try:
        return "JSON lines" if isinstance(parse_json(first), dict) else named
    except RepeatedField:
        return "JSON lines"
    except ValueError:
        return "JSON" if first.strip() == "{" else named


def _is_delimited(head: str) -> bool:
    """Return whether no line starts as JSON does, and the first one has a separator outside of quotes."""
    lines = [line.lstrip() for line in head.splitlines() if line.strip()]
    if not lines or any(line.startswith(("{", "[")) for line in lines):
        return False
    return any(len(next(read_records(lines[0], separator))) > 1 for separator in SEPARATORS)
