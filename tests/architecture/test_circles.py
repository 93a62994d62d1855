"""No import circle: not among modules, and not among rooms that stand beside each other.

import-linter proves the layers that .importlinter lists; this proves that there is an order everywhere else.
"""

from collections.abc import Mapping, Set
from functools import cache
from graphlib import CycleError, TopologicalSorter

import grimp
import pytest

PACKAGES = (
    "shoal",
    "shoal_ingest",
    "shoal_embedder",
    "shoal_sampler",
    "shoal_gateway",
    "shoal_qa",
    "shoal_local",
)
Arrows = Mapping[str, Set[str]]


@cache
def imports() -> grimp.ImportGraph:
    return grimp.build_graph(*PACKAGES)


def circle(arrows: Arrows) -> list[str]:
    """Return a circle of `arrows`, its first name again at the end; [] without one."""
    try:
        TopologicalSorter(arrows).prepare()
    except CycleError as error:
        path: list[str] = error.args[1]
        return path[::-1]
    return []


def room_arrows(graph: grimp.ImportGraph, rooms: Set[str]) -> Arrows:
    """Return which of `rooms`, modules or packages side by side, import which others, at any depth."""
    room_of = {module: room for room in rooms for module in {room, *graph.find_descendants(room)}}
    return {
        room: {
            room_of[target]
            for module, owner in room_of.items()
            if owner == room
            for target in graph.find_modules_directly_imported_by(module)
            if room_of.get(target, room) != room
        }
        for room in rooms
    }


def test_no_modules_import_each_other_in_a_circle() -> None:
    graph = imports()
    assert circle({module: graph.find_modules_directly_imported_by(module) for module in graph.modules}) == []


@pytest.mark.parametrize("package", ["", *sorted(m for m in imports().modules if imports().find_children(m))])
def test_no_rooms_import_each_other_in_a_circle(package: str) -> None:
    rooms = imports().find_children(package) if package else set(PACKAGES)
    assert circle(room_arrows(imports(), rooms)) == []


def test_a_circle_of_rooms_is_reported_though_no_modules_form_one() -> None:
    graph = grimp.ImportGraph()
    for module in ("house", "house.a", "house.a.x", "house.a.y", "house.b", "house.b.x", "house.b.y"):
        graph.add_module(module)
    graph.add_import(importer="house.a.x", imported="house.b.x")
    graph.add_import(importer="house.b.y", imported="house.a.y")
    assert circle({module: graph.find_modules_directly_imported_by(module) for module in graph.modules}) == []
    path = circle(room_arrows(graph, graph.find_children("house")))
    assert path in (["house.a", "house.b", "house.a"], ["house.b", "house.a", "house.b"])
