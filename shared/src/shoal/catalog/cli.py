"""`shoal topics`: the registry as a table, golden schemas and the AsyncAPI document."""

from pathlib import Path
from typing import Annotated

import typer

from shoal import __version__
from shoal.catalog import asyncapi, schemas
from shoal.command_line.printing import Format, FormatOption, print_rows
from shoal.contracts.topics import TOPICS, Topic

app = typer.Typer(help="Topics, schemas and the AsyncAPI document.", no_args_is_help=True)
COLUMNS = ("topic", "key", "events", "partitions", "retention", "producers", "groups", "readers")


def _topic_row(topic: Topic) -> dict[str, str]:
    retention = "compacted" if topic.compacted else f"{topic.retention_hours // 24} days"
    events = ", ".join(event.TYPE for event in topic.events)
    lists = [", ".join(names) for names in (topic.producers, topic.groups, topic.readers)]
    cells = (topic.name, topic.key, events, str(topic.partitions), retention, *lists)
    return dict(zip(COLUMNS, cells, strict=True))


@app.command("list")
def list_topics(form: FormatOption = Format.TABLE) -> None:
    """Print every topic."""
    print_rows(form, [_topic_row(topic) for topic in TOPICS.values()])


@app.command("schemas")
def write_schemas(
    output: Annotated[Path, typer.Option(help="File of the AsyncAPI document to write.")] = Path(
        "docs/asyncapi.json"
    ),
) -> None:
    """Regenerate the golden schemas and the AsyncAPI document; reject an incompatible change."""
    try:
        changed = schemas.write_golden()
    except schemas.IncompatibleSchema as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(2) from None
    text = schemas.render_document(asyncapi.asyncapi_document(__version__))
    if not output.exists() or output.read_text("utf-8") != text:
        output.write_text(text, "utf-8")
        changed.append(output)
    typer.echo("\n".join(str(path) for path in changed) or "nothing changed")
