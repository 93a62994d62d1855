"""The option `--classes`: classes in the order of the columns of probabilities, in place or in a file."""

import csv
import json
from pathlib import Path
from typing import Annotated, Any

import typer

from shoal.files.encodings import UTF8, byte_order_mark
from shoal.files.errors import BadInput

ClassesOption = Annotated[
    str | None,
    typer.Option(
        "--classes",
        help="Classes in the order of the columns of probabilities: cat,dog,... or a file, @classes.txt, with "
        "one class a line or a JSON list.",
    ),
]
_SUFFIXES = (".txt", ".json", ".csv", ".tsv", ".lst", ".names")
_HEADERS = ("class", "classes", "label", "labels", "name", "names")
_FORM = "give one class a line, or a JSON list of texts"


def parse_classes(option: str | None) -> list[str] | None:
    """Return the classes of the option, None without it. Raises BadInput.

    A name with a comma stands in quotes. The option is a file if it begins with @, if a file has this name,
    or if it ends like a file's name and holds no comma.
    """
    if option is None:
        return None
    text = option.strip()
    if text.startswith("@"):
        return _read_classes(Path(text[1:]))
    if "," not in text and (Path(text).suffix.lower() in _SUFFIXES or Path(text).is_file()):
        return _read_classes(Path(text))
    if text.startswith("["):
        return _of_json(text, "the list")
    rows = list(csv.reader([text], skipinitialspace=True))
    names = [name.strip() for name in rows[0]] if rows else []
    if "" in names:
        raise BadInput(
            f"name {names.index('') + 1} of {len(names)} is empty: remove its comma", field="classes"
        )
    return names


def _read_classes(file: Path) -> list[str]:
    try:
        data = file.read_bytes()
        mark, codec = byte_order_mark(data[:4])
        text = data[mark:].decode(codec or UTF8).replace("\r\n", "\n")
    except OSError as error:
        raise BadInput(f"{file} cannot be read: {error.strerror}", field="classes") from None
    except UnicodeDecodeError:
        raise BadInput(f"{file} is not UTF-8: save it as UTF-8", field="classes") from None
    if text.lstrip()[:1] in ("[", "{"):
        return _of_json(text, str(file))
    names = [line.strip() for line in text.split("\n") if line.strip()]
    if file.suffix.lower() == ".csv":
        names = [
            row[0].strip() if len(row) == 1 else line
            for line, row in zip(names, csv.reader(names), strict=True)
        ]
        if names and names[0].lower() in _HEADERS:
            del names[0]
    return names


def _of_json(text: str, what: str) -> list[str]:
    try:
        content = json.loads(text)
    except ValueError:
        raise BadInput(f"{what} is not JSON: {_FORM}", field="classes") from None
    if isinstance(content, dict):
        content = _in_order(content.get("id2label") or content.get("label2id") or content)
    if not isinstance(content, list) or not all(isinstance(name, (str, int, float)) for name in content):
        raise BadInput(f"{what} holds no list of classes: {_FORM}", field="classes")
    return [name.strip() if isinstance(name, str) else json.dumps(name) for name in content]


def _in_order(content: Any) -> Any:
    """Return the classes of {"0": "cat", "1": "dog"} or of {"cat": 0, "dog": 1}; None for other objects."""
    if not isinstance(content, dict):
        return None
    numbers = [str(column) for column in range(len(content))]
    if sorted(content) == sorted(numbers):
        return [content[number] for number in numbers]
    columns = {str(column): name for name, column in content.items()}
    return [columns[number] for number in numbers] if sorted(columns) == sorted(numbers) else None
