"""The top level of the repository holds what the README names, and no file of a trial."""

from architecture.reachability import ROOT
from architecture.words import tracked

FOLDERS = {"deploy", "docs", "requirements", "services", "shared", "tests"}
FILES = {"LICENSE", "Makefile", "README.md", "pyproject.toml"}


def test_the_top_level_holds_nothing_else() -> None:
    names = {path.relative_to(ROOT).parts[0] for path in tracked("*")}
    assert {name for name in names if not name.startswith(".")} == FOLDERS | FILES
