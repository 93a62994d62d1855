"""The check of reachability finds what no door leads to, and nothing else."""

from pathlib import Path

import pytest

from architecture.reachability import faults

PROJECT = '[project]\nname = "house"\n[project.entry-points."shoal.commands"]\nopen = "house.cli:open_door"\n'


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """Return the sources of a package with one command, in a repository."""
    package = tmp_path / "shared" / "src" / "house"
    package.mkdir(parents=True)
    (tmp_path / "shared" / "pyproject.toml").write_text(PROJECT)
    (package / "__init__.py").write_text("")
    (package / "cli.py").write_text("from house.rooms import Room\n\ndef open_door():\n    Room().enter()\n")
    (package / "rooms.py").write_text("class Room:\n    def enter(self):\n        pass\n")
    return package


def found(house: Path) -> list[str]:
    """Return place and subject of each fault."""
    lines = (line.partition(": ") for line in faults(house.parents[2]))
    return [f"{Path(place).name} {text.partition(':')[0].split()[-1]}" for place, _, text in lines]


def test_what_a_command_leads_to_is_reached(house: Path) -> None:
    assert faults(house.parents[2]) == []


def test_a_module_that_nothing_imports_is_named(house: Path) -> None:
    (house / "attic.py").write_text("def rest():\n    pass\n")
    assert found(house) == ["attic.py:1 house.attic"]


def test_a_module_that_python_runs_is_a_door(house: Path) -> None:
    (house / "attic.py").write_text("def rest():\n    pass\n\nif __name__ == '__main__':\n    rest()\n")
    assert found(house) == []


def test_a_re_export_is_no_use(house: Path) -> None:
    (house / "__init__.py").write_text("from house.rooms import Cellar\n__all__ = ['Cellar']\n")
    with (house / "rooms.py").open("a") as rooms:
        rooms.write("class Cellar:\n    pass\n")
    assert found(house) == ["rooms.py:4 Cellar"]


def test_functions_that_only_call_each_other_are_named(house: Path) -> None:
    with (house / "rooms.py").open("a") as rooms:
        rooms.write("def here():\n    there()\n\ndef there():\n    here()\n\nLIMIT = 3\n")
    assert found(house) == ["rooms.py:4 here", "rooms.py:7 there", "rooms.py:10 LIMIT"]


def test_a_method_that_nothing_calls_is_named_unless_a_foreign_base_may_call_it(house: Path) -> None:
    (house / "rooms.py").write_text(
        "import threading\n\nclass Room(threading.Thread):\n    def enter(self):\n        Hall()\n"
        "    def run(self):\n        pass\n\nclass Hall:\n    def run_away(self):\n        pass\n"
    )
    assert found(house) == ["rooms.py:10 Hall.run_away"]


def test_an_imported_name_counts_under_its_alias(house: Path) -> None:
    (house / "cli.py").write_text(
        "from house.rooms import Room as Place\n\ndef open_door():\n    Place().enter()\n"
    )
    assert found(house) == []
