"""Dataclasses with more than four fields are built by keyword; ruff's PLR0917 holds functions to the same."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MOST = 4
FOLDERS = (
    "shared/src",
    "services/embedder/src",
    "services/ingest/src",
    "services/labeling-gateway/src",
    "services/qa/src",
    "services/sampler/src",
    "deploy/local/src",
)


def positional_fields(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Yield each dataclass with its number of fields that may be given by position."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            for decorator in node.decorator_list:
                name = decorator.func if isinstance(decorator, ast.Call) else decorator
                keywords = decorator.keywords if isinstance(decorator, ast.Call) else []
                if ast.unparse(name) == "dataclass" and not any(word.arg == "kw_only" for word in keywords):
                    yield node.name, sum(map(is_field, node.body))


def is_field(statement: ast.stmt) -> bool:
    if not isinstance(statement, ast.AnnAssign) or "ClassVar" in ast.unparse(statement.annotation):
        return False
    return statement.value is None or "init=False" not in ast.unparse(statement.value)


@pytest.mark.parametrize("folder", FOLDERS)
def test_dataclasses_of_many_fields_are_keyword_only(folder: str) -> None:
    files = sorted((ROOT / folder).rglob("*.py"))
    assert files
    faults = [
        f"{file.relative_to(ROOT)}: {name} has {fields} fields: add kw_only=True"
        for file in files
        for name, fields in positional_fields(ast.parse(file.read_text()))
        if fields > MOST
    ]
    assert faults == []


def test_a_dataclass_with_five_fields_by_position_is_noticed() -> None:
    fields = "".join(f"    field_{number}: int\n" for number in range(5))
    assert list(positional_fields(ast.parse(f"@dataclass(frozen=True)\nclass A:\n{fields}"))) == [("A", 5)]
    assert list(positional_fields(ast.parse(f"@dataclass\nclass A:\n{fields}"))) == [("A", 5)]
    assert list(positional_fields(ast.parse(f"@dataclass(kw_only=True)\nclass A:\n{fields}"))) == []
