"""The entries of an inference log, checked before they are sent."""

import json
from dataclasses import dataclass
from typing import Any

from shoal.files.forms.json_values import KEEP_ONE, RepeatedField, parse_json

_DEFAULT_SOURCE = "default"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One inference as it stands in its file.

    number: of its line, or of its item in a JSON array, from 1. is_whole: False if the text is only the
    beginning of a line that is too long to read.
    """

    file: str
    number: int
    text: bytes
    unit: str = "line"
    is_whole: bool = True

    @property
    def position(self) -> str:
        """Return "a.jsonl line 3"."""
        return f"{self.file} {self.unit} {self.number:,}"


@dataclass(frozen=True, slots=True)
class Unreadable:
    """An entry that cannot be sent, and why."""

    detail: str
    fix: str


@dataclass(frozen=True, slots=True)
class Fields:
    """The fields of an entry that identify its sample, and its datum."""

    source: str
    source_id: str
    datum: Any


def read_entry(entry: Entry) -> Fields | Unreadable:
    """Return the identifying fields of an entry, or why ingest could not read it.

    Everything else is left to ingest, which describes faults of fields better.
    """
    if not entry.is_whole:
        fix = "Store the datum elsewhere and send content.uri with content.sha256"
        return Unreadable(f"more than {len(entry.text):,} bytes", fix)
    try:
        text = entry.text.decode()
    except UnicodeDecodeError as error:
        fix = "Convert the file to UTF-8, for instance with iconv -f WINDOWS-1252 -t UTF-8"
        return Unreadable(f"byte {error.start + 1} is not UTF-8", fix)
    try:
        record = parse_json(text)  # also reads NaN, whose field ingest names
    except RepeatedField as error:
        return Unreadable(f"the field {error.name!r} is there twice in one object", KEEP_ONE.capitalize())
    except ValueError as error:
        return _not_json(text, error)
    if not isinstance(record, dict):
        kind = "a list" if isinstance(record, list) else "a value"
        return Unreadable(f"{kind}, not an object", "Give one JSON object per line")
    source = record.get("source", _DEFAULT_SOURCE)
    return Fields(str(source), str(record.get("source_id", "")), [record.get("text"), record.get("content")])


def _not_json(text: str, error: Exception) -> Unreadable:
    if isinstance(error, json.JSONDecodeError):
        if error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated"):
            return Unreadable("cut off inside a JSON object", "Complete the object, or remove it")
        fix = "Give one JSON object per line, as json.dumps writes it"
        return Unreadable(f"not JSON at character {error.pos + 1}: {error.msg}", fix)
    return Unreadable(f"not JSON: {error}", "Give one JSON object per line")
