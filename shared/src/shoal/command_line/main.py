"""`shoal`, the command line. It imports no service: packages add their commands with entry points."""

import sys
from collections.abc import Mapping, Sequence
from importlib.metadata import EntryPoint, entry_points, version

import typer

from shoal.command_line.running_stack import use_running_stack

GROUP = "shoal.commands"
HELP = "Shoal: ML data operations. Exit codes: 0 done, 1 failed, 2 wrong usage."


def main() -> None:
    """Run the command of the arguments."""
    use_running_stack()
    command_line(sys.argv[1:])()


def command_line(arguments: Sequence[str]) -> typer.Typer:
    """Return the commands. Only those in the arguments are imported; for the help, all of them are.

    An entry point `qa` is a command or a group of commands; `qa.agreement` adds a command to that group.
    """
    entries = {entry.name: entry for entry in entry_points(group=GROUP)}
    app = typer.Typer(help=HELP, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
    app.callback(invoke_without_command=True)(_root_options)
    first, second = (*arguments, "", "")[:2]
    names = sorted({name.partition(".")[0] for name in entries}) if first != "--version" else []
    for name in [first] if first in names else names:
        _add_entries(app, name, _matching_entries(entries, name, second))
    return app


def _matching_entries(entries: Mapping[str, EntryPoint], group: str, command: str) -> list[EntryPoint]:
    """Return the entry points of a group that contain a command, or all of the group if none does."""
    if one := entries.get(f"{group}.{command}"):
        return [one]
    whole = [entry for name, entry in sorted(entries.items()) if name.partition(".")[0] == group]
    base = entries.get(group)
    return [base] if base is not None and command in _command_names(base.load()) else whole


def _command_names(target: object) -> set[str]:
    registered = target.registered_commands if isinstance(target, typer.Typer) else []
    return {str(command.name or getattr(command.callback, "__name__", "")) for command in registered}


def _root_options(
    show_version: bool = typer.Option(False, "--version", help="Show the version and exit."),
) -> None:
    if show_version:
        typer.echo(f"shoal {version('shoal')}")
        raise typer.Exit


def _add_entries(app: typer.Typer, name: str, entries: Sequence[EntryPoint]) -> None:
    """Add the group or command `name` from its entry points."""
    group = typer.Typer(no_args_is_help=True)
    for entry in entries:
        target = entry.load()
        if isinstance(target, typer.Typer):
            group.info.help = target.info.help
            group.registered_commands += target.registered_commands
        else:
            (app if entry.name == name else group).command(entry.name.rpartition(".")[2])(target)
    if group.registered_commands:
        app.add_typer(group, name=name)


if __name__ == "__main__":
    main()
