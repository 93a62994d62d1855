"""Spans of Label Studio as offsets in code points of the text that they cover.

Newer versions of Label Studio count code points, older ones UTF-16 units, and a browser may show CR LF as one
character. Spans of Paragraphs count in one paragraph each; here they count in all paragraphs, joined as
Shoal joins the turns of a conversation.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from shoal.files.exports.answers import BadAnswer

_NAMES = ("author", "role", "speaker", "name", "user")  # of who speaks; Paragraphs has `author` unless told
_TEXT = "text"
Ends = tuple[int, int]


class SpanPlaces:
    """Places spans, and counts those in other units (`moved`) and those with another text (`odd`)."""

    def __init__(self) -> None:
        self.moved, self.odd = 0, 0

    def placed_value(self, value: Mapping[str, Any], data: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return a span's value with `start` and `end` in its text. data: of the task. Raises BadAnswer."""
        ends = _whole_ends(value.get("start"), value.get("end"))
        if ends is None or isinstance(value.get("globalOffsets"), dict):
            return value
        offsets = _whole_ends(value.get("startOffset"), value.get("endOffset"))
        if offsets is not None:
            return {**value, **_ends_fields(self._paragraph_ends(value, data, ends, offsets))}
        covered = value.get("text")
        texts = [text for text in data.values() if isinstance(text, str) and len(text) >= ends[0]]
        if not isinstance(covered, str) or not texts:
            return value
        return {**value, **_ends_fields(self._ends_in(texts, ends, covered))}

    def notes(self) -> list[str]:
        """Return what to say about the spans."""
        moved = f"{self.moved:,} spans counted in UTF-16 units or with CR LF as one"
        odd = f"{self.odd:,} spans whose text is not the one at their offsets"
        return [moved] * bool(self.moved) + [odd] * bool(self.odd)

    def _ends_in(self, texts: Sequence[str], ends: Ends, covered: str) -> Ends:
        """Return the ends in one of the texts where they cover what they should, else unchanged."""
        plain = _with_line_feeds(covered)
        for to_code_points in (_same_index, _index_of_unit, _index_of_shown, _index_of_shown_unit):
            for text in texts:
                start, end = (to_code_points(text, offset) for offset in ends)
                if _with_line_feeds(text[start:end]) == plain:
                    self.moved += (start, end) != ends
                    return start, end
        self.odd += 1
        return ends

    def _paragraph_ends(
        self, value: Mapping[str, Any], data: Mapping[str, Any], paragraphs: Ends, offsets: Ends
    ) -> Ends:
        first, last = paragraphs
        lines, texts = _dialogue_of(data, paragraphs, offsets, value.get("text"))
        if first == last and isinstance(value.get("text"), str):
            offsets = self._ends_in([texts[first]], offsets, value["text"])
        begins = [0]
        for line in lines:
            begins.append(begins[-1] + len(line) + 1)  # and a line feed
        starts = [
            begins[index] + len(lines[index]) - len(texts[index]) + offset
            for index, offset in zip(paragraphs, offsets, strict=True)
        ]
        return starts[0], starts[1]


def _dialogue_of(
    data: Mapping[str, Any], paragraphs: Ends, offsets: Ends, covered: Any
) -> tuple[list[str], list[str]]:
    """Return the lines `name: text` and the texts of the dialogue that a span is in. Raises BadAnswer."""
    for dialogue in data.values():
        if isinstance(dialogue, list) and paragraphs[1] < len(dialogue):
            for key in _text_keys(dialogue):
                texts = [turn[key] for turn in dialogue]
                text = texts[paragraphs[0]]
                is_known = paragraphs[0] == paragraphs[1] and isinstance(covered, str)
                if key == _TEXT or (is_known and text[offsets[0] : offsets[1]] == covered):
                    return [_name_of(turn, key) + turn[key] for turn in dialogue], texts
    raise BadAnswer("with a span in paragraphs that the export does not hold")


def _text_keys(dialogue: Sequence[Any]) -> list[str]:
    """Return the fields that are texts in every turn, the usual one first."""
    if not all(isinstance(turn, dict) for turn in dialogue):
        return []
    names = [name for name in dialogue[0] if all(isinstance(turn.get(name), str) for turn in dialogue)]
    return sorted(names, key=lambda name: name != _TEXT)


def _name_of(turn: Mapping[str, Any], key: str) -> str:
    names = (turn[name] for name in _NAMES if name != key and isinstance(turn.get(name), str))
    return next((f"{name}: " for name in names), "")


def _whole_ends(*ends: Any) -> Ends | None:
    """Return two whole numbers, which Paragraphs writes as texts; None for seconds, paths and others."""
    whole = [_whole_number(end) for end in ends]
    start, end = whole
    return None if start is None or end is None or not 0 <= start <= end else (start, end)


def _whole_number(value: Any) -> int | None:
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 10:
        return int(value)
    return value if type(value) is int and value < 1 << 30 else None


def _ends_fields(ends: Iterable[int]) -> dict[str, int]:
    return dict(zip(("start", "end"), ends, strict=True))


def _with_line_feeds(text: str) -> str:
    return text.replace("\r\n", "\n")


def _same_index(_text: str, offset: int) -> int:
    return offset


def _index_of_unit(text: str, offset: int) -> int:
    """Return the code points before a number of UTF-16 units."""
    units = text[:offset].encode("utf-16-le", "surrogatepass")[: 2 * offset]
    return len(units.decode("utf-16-le", "ignore"))


def _index_of_shown(text: str, offset: int) -> int:
    """Return the code points before a number of those in which CR LF is one."""
    index = 0
    for line in text.split("\r\n"):
        if offset <= len(line):
            return index + offset
        index, offset = index + len(line) + 2, offset - len(line) - 1
    return len(text)


def _index_of_shown_unit(text: str, offset: int) -> int:
    return _index_of_shown(text, _index_of_unit(_with_line_feeds(text), offset))
