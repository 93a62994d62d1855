"""The commands and files of the README's section "Use it", from the README's text."""

import re
from dataclasses import dataclass
from pathlib import Path

README = Path(__file__).parents[2] / "README.md"
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_FILE = re.compile(r"`([\w.-]+\.(?:json|ndjson))`")


@dataclass(frozen=True, slots=True)
class Step:
    """A file to write (its text), or a command to run."""

    command: str = ""
    file: str = ""
    text: str = ""


def first_hour() -> list[Step]:
    """Return the steps in the README's order. A file's name is the last one before its block."""
    section = README.read_text("utf-8").split("## Use it\n")[1].split("\n## ")[0]
    steps: list[Step] = []
    end = 0
    for block in _BLOCK.finditer(section):
        language, text = block.groups()
        if language == "sh":
            steps += [Step(command=line.split("  #")[0].strip()) for line in text.splitlines()]
        else:
            steps.append(Step(file=_FILE.findall(section[end : block.start()])[-1], text=text))
        end = block.end()
    return steps
