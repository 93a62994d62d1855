"""`shoal topics`: the registry as a table, golden schemas and the AsyncAPI document."""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from shoal import __version__
from shoal.catalog import asyncapi, schemas
from shoal.contracts.topics import TOPICS, Topic

app = typer.Typer(help="Topics, schemas and the AsyncAPI document.", no_args_is_help=True)
COLUMNS = ("topic", "key", "events", "partitions", "kept", "producers", "groups", "readers")


def _row(topic: Topic) -> dict[str, str]:
    kept = "compacted" if topic.compacted else f"{topic.retention_hours // 24} days"
    events = ", ".join(event.TYPE for event in topic.events)
    lists = [", ".join(names) for names in (topic.producers, topic.groups, topic.readers)]
    return dict(
        zip(COLUMNS, (topic.name, topic.key, events, str(topic.partitions), kept, *lists), strict=True)
    )


@app.command("list")
def list_topics(output: Annotated[str, typer.Option(help="table or json")] = "table") -> None:
    """Show every topic."""
    rows = [_row(topic) for topic in TOPICS.values()]
    if output == "json":
        typer.echo(json.dumps(rows, indent=2))
        return
    table = Table(*COLUMNS)
    for row in rows:
        table.add_row(*row.values())
    Console().print(table)


@app.command("schemas")
def write_schemas(
    document: Annotated[Path, typer.Option(help="where the AsyncAPI document goes")] = Path(
        "docs/asyncapi.json"
    ),
) -> None:
    """Regenerate the golden schemas and the AsyncAPI document; refuse an incompatible change."""
    try:
        changed = schemas.write()
    except schemas.IncompatibleSchema as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(2) from None
    text = schemas.render(asyncapi.document(__version__))
    if not document.exists() or document.read_text("utf-8") != text:
        document.write_text(text, "utf-8")
        changed.append(document)
    typer.echo("\n".join(str(path) for path in changed) or "nothing changed")
