"""`shoal`: one command line. It knows no service: each package adds commands by an entry point."""

import sys
from collections.abc import Sequence
from importlib.metadata import EntryPoint, entry_points, version

import typer

GROUP = "shoal.commands"
HELP = "Shoal: ML data operations. Exit codes: 0 done, 1 failed, 2 wrong usage."


def main() -> None:
    """Run the command that the arguments name."""
    command_line(sys.argv[1:])()


def command_line(arguments: Sequence[str]) -> typer.Typer:
    """Return the commands; only the one that is asked for is imported, and all of them for the help."""
    found = {entry.name: entry for entry in entry_points(group=GROUP)}
    asked = arguments[0] if arguments else ""
    if asked in found:
        wanted = [found[asked]]
    elif asked == "--version":
        wanted = []
    else:
        wanted = sorted(found.values(), key=lambda entry: entry.name)
    app = typer.Typer(help=HELP, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
    app.callback(invoke_without_command=True)(_options)
    for entry in wanted:
        _add(app, entry)
    return app


def _options(
    show_version: bool = typer.Option(False, "--version", help="Show the version and exit."),
) -> None:
    if show_version:
        typer.echo(f"shoal {version('shoal')}")
        raise typer.Exit


def _add(app: typer.Typer, entry: EntryPoint) -> None:
    target = entry.load()
    if isinstance(target, typer.Typer):
        app.add_typer(target, name=entry.name)
    else:
        app.command(entry.name)(target)


if __name__ == "__main__":
    main()
