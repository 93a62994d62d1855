"""The examples of docs/label-types.md: per kind an inference, the label schema, an answer and a row."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FILE = Path(__file__).parents[1] / "docs" / "label-types.md"
_BLOCK = re.compile(r"^```json\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_PICTURE = re.compile(r"^!\[.+\]\((.+\.png)\)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class TypeExample:
    """The section of one kind. row: some columns. picture: its file, relative to the page."""

    inference: dict[str, Any]
    schema: dict[str, Any]
    answer: dict[str, Any]
    row: dict[str, Any]
    picture: str


def json_blocks(heading: str) -> list[Any]:
    """Return the JSON blocks below a heading of the page."""
    return [json.loads(block) for block in _BLOCK.findall(_sections()[heading])]


def type_examples() -> dict[str, TypeExample]:
    """Return the examples by kind of label schema, in the page's order."""
    examples = {}
    for text in _sections().values():
        picture = _PICTURE.search(text)
        if picture is not None:
            inference, schema, answer, row = map(json.loads, _BLOCK.findall(text))
            examples[schema["kind"]] = TypeExample(
                inference=inference, schema=schema, answer=answer, row=row, picture=picture.group(1)
            )
    return examples


def _sections() -> dict[str, str]:
    parts = FILE.read_text("utf-8").split("\n## ")[1:]
    return {part.split("\n", 1)[0]: part for part in parts}
