"""SQL is put together from constants only, so ruff's S608 is off in adapters/postgres."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from architecture.reachability import ROOT

CALLS = {"execute", "executemany", "fetch", "fetchrow", "fetchval", "cursor", "prepare"}
SQL = re.compile(r"\b(SELECT|INSERT|UPDATE|DELETE|FROM|WHERE)\b")
# Names that hold one of a few constants of the same file; none comes from a request.
LOCAL = {
    ("labeling-gateway", "guidelines.py", "where"),
    ("qa", "samples.py", "table"),
    ("sampler", "decisions.py", "table"),
}
FILES = sorted(ROOT.glob("services/*/src/*/adapters/postgres/**/*.py"))


def interpolated(tree: ast.AST) -> Iterator[ast.expr]:
    """Yield what f-strings put into the SQL of calls and constants."""
    for node in ast.walk(tree):
        queries: list[ast.expr] = []
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CALLS:
            queries = node.args[:1]
        elif isinstance(node, ast.Assign) and SQL.search(ast.unparse(node.value)):
            queries = [node.value]
        for query in queries:
            if isinstance(query, ast.JoinedStr):
                yield from (part.value for part in query.values if isinstance(part, ast.FormattedValue))
            elif not isinstance(node, ast.Assign) and isinstance(query, ast.BinOp):
                yield query


def is_constant(expression: ast.expr, path: Path) -> bool:
    """Return whether an expression is a constant of the code."""
    if isinstance(expression, ast.Constant):
        return True
    if isinstance(expression, ast.BinOp):
        return is_constant(expression.left, path) and is_constant(expression.right, path)
    if isinstance(expression, ast.Attribute):
        return expression.attr.isupper()
    if not isinstance(expression, ast.Name):
        return False
    local = (path.relative_to(ROOT).parts[1], path.name, expression.id)
    return expression.id.isupper() or local in LOCAL


@pytest.mark.parametrize("path", FILES, ids=lambda path: "/".join(path.relative_to(ROOT).parts[1::4]))
def test_sql_holds_constants_only(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    wrong = [ast.unparse(part) for part in interpolated(tree) if not is_constant(part, path)]
    assert wrong == []


@pytest.mark.parametrize("query", ['f"SELECT {name}"', 'f"SELECT {self.table()}"', '"SELECT " + name'])
def test_the_check_fails_on_other_sql(query: str) -> None:
    (part,) = interpolated(ast.parse(f"conn.execute({query})"))
    assert not is_constant(part, ROOT / "services/qa/src/shoal_qa/adapters/postgres/transactions/jobs.py")
