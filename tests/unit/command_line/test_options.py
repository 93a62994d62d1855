"""One vocabulary of options over all commands: a name means the same thing wherever it stands."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import typer

from shoal.command_line.main import command_line


def commands() -> Iterator[tuple[str, Any]]:
    """Yield the path of every command and group of `shoal`, with the command."""

    def walk(path: str, command: Any) -> Iterator[tuple[str, Any]]:
        yield path, command
        for name, child in getattr(command, "commands", {}).items():
            yield from walk(f"{path} {name}", child)

    return walk("shoal", typer.main.get_command(command_line([])))


def options() -> Iterator[tuple[str, str, Any]]:
    """Yield (command, option, its parameter) of everything that `shoal` offers."""
    for path, command in commands():
        for parameter in command.params:
            for name in parameter.opts:
                if name.startswith("--") and name not in ("--help", "--version"):
                    yield path, name, parameter


def kind_of(parameter: Any) -> str:
    return "flag" if parameter.is_flag else str(parameter.type.name)


def test_an_option_has_one_type_in_all_commands() -> None:
    kinds: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for command, name, parameter in options():
        kinds[name][kind_of(parameter)].append(command)
    assert len(kinds) > 40
    mixed = {name: dict(by_kind) for name, by_kind in kinds.items() if len(by_kind) > 1}
    assert not mixed


def test_output_is_a_path_and_format_a_form() -> None:
    parameters = [(command, name, parameter) for command, name, parameter in options()]
    outputs = {command: kind_of(parameter) for command, name, parameter in parameters if name == "--output"}
    assert "shoal qa consensus" in outputs
    assert set(outputs.values()) == {"path"}
    forms = [parameter for _, name, parameter in parameters if name == "--format"]
    assert len(forms) > 8
    assert all(list(form.type.choices) == ["table", "json", "jsonl", "csv"] for form in forms)


def test_every_option_has_a_help_that_stands_alone() -> None:
    bare = [(command, name) for command, name, parameter in options() if not parameter.help]
    assert not bare


def test_every_argument_has_a_help_that_stands_alone() -> None:
    bare = [
        (path, parameter.name)
        for path, command in commands()
        for parameter in command.params
        if parameter.param_type_name == "argument" and not parameter.help
    ]
    assert not bare


def test_the_line_of_a_command_in_the_list_of_its_group_is_one_sentence_on_one_line() -> None:
    first = {path: (command.help or "").split("\n\n")[0].strip() for path, command in commands()}
    assert len(first) > 50
    assert not [path for path, text in first.items() if "\n" in text or not text.endswith(".")]
