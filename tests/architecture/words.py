"""Check the words of the code and the prose: `python -m tests.architecture.words [path ...]`.

Names are nouns and verbs of the business, no participles. A module function has two words or more, unless it
is the only public function of its module, which completes it. Help texts stand alone. Prose avoids phrases
that readers stumble over and wraps at 110 columns (ruff's W505 checks docstrings and comments; this checks
Markdown).
"""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
COLUMNS = 110
PARTICIPLES = frozenset(
    (
        *("each", "found", "known", "told", "said", "place", "kept", "given"),
        *("made", "done", "seen", "taken", "asked", "wanted", "sent", "chosen"),
    )
)
PUBLIC_FIELDS = frozenset({"taken"})  # of events: renaming one breaks consumers
ONE_WORD = frozenset({"main", "up", "down", "demo"})  # entry points, and commands named as they are typed
PHRASES = re.compile(
    r"\b(as far as|by what|where there (is|are) none|tells? whether|likest|liker|of one's own|so that nobody"
    r"|none is asked|said to be)\b",
    re.IGNORECASE,
)
SPOKEN = ("*.py", "*.md", "*.js", "*.html")
Function = ast.FunctionDef | ast.AsyncFunctionDef


def names_bound(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield (line, name) of parameters, variables, fields and functions."""
    for node in ast.walk(tree):
        if isinstance(node, Function):
            yield node.lineno, node.name.strip("_")
            arguments = node.args
            for argument in [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]:
                yield argument.lineno, argument.arg
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.lineno, node.id.strip("_")


def short_functions(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield (line, name) of module functions of one word that their module's name does not complete."""
    functions = [node for node in tree.body if isinstance(node, Function)]
    public = [node for node in functions if not node.name.startswith("_")]
    for node in functions:
        alone = len(public) == 1 and node is public[0]
        if "_" not in node.name.strip("_") and not alone and node.name not in ONE_WORD:
            yield node.lineno, node.name


def helps(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield (line, text) of the help texts of options, arguments and commands."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            for keyword in node.keywords:
                value = keyword.value
                if keyword.arg == "help" and isinstance(value, ast.Constant) and isinstance(value.value, str):
                    yield value.lineno, value.value


def stands_alone(text: str) -> bool:
    """Return whether a help text is a sentence or a noun phrase with a full stop."""
    first = text.split(" ", 1)[0]
    starts = text[:1].isupper() or not first.isalpha()
    return (
        starts
        and text.rstrip().endswith((".", "?", ")"))
        and first not in {"With", "Of", "By", "Which", "Where"}
    )


def faults_of_code(path: Path, text: str) -> Iterator[tuple[int, str]]:
    """Yield (line, fault) of a Python file."""
    tree = ast.parse(text)
    banned = PARTICIPLES - PUBLIC_FIELDS if "contracts" in path.parts else PARTICIPLES
    for line, name in names_bound(tree):
        if name in banned:
            yield line, f"{name!r} says nothing of what it names: use the noun"
    for line, name in short_functions(tree):
        yield line, f"function {name!r} has one word: say what it does, or returns"
    for line, words in helps(tree):
        if not stands_alone(words):
            yield line, f"help does not stand alone: {words[:60]!r}"


def faults_of_prose(path: Path, text: str) -> Iterator[tuple[int, str]]:
    """Yield (line, fault) of any file that people read."""
    fenced = False
    for number, line in enumerate(text.split("\n"), 1):
        if match := PHRASES.search(line):
            yield number, f"{match[0]!r}: write it shorter"
        if path.suffix == ".md":
            fenced ^= line.startswith("```")
            free = fenced or line.lstrip().startswith(("|", "[")) or " " not in line.strip()
            if len(line) > COLUMNS and not free:
                yield number, f"{len(line)} columns: wrap at {COLUMNS}"


def tracked(*patterns: str) -> list[Path]:
    """Return the files of the repository that match."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", *patterns], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return [ROOT / name for name in listed.stdout.split("\0") if name]


def main(paths: list[str]) -> int:
    """Print every fault; return the exit code."""
    count = 0
    for path in tracked(*SPOKEN):
        name = path.relative_to(ROOT).as_posix()
        if name.startswith("tests/") or not path.is_file() or (paths and not name.startswith(tuple(paths))):
            continue
        text = path.read_text(encoding="utf-8")
        faults = list(faults_of_prose(path, text))
        if path.suffix == ".py":
            faults += faults_of_code(path, text)
        for line, fault in sorted(faults):
            print(f"{name}:{line}: {fault}")  # noqa: T201 - a command
        count += len(faults)
    print(f"words: {count} faults" if count else "words: no faults")  # noqa: T201
    return 1 if count else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
