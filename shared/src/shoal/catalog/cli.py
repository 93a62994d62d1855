"""`shoal topics`: the registry as a table, schemas, AsyncAPI, manifests, announcements, recovery."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from shoal import __version__
from shoal.catalog import asyncapi, schemas
from shoal.catalog.documents import ANNOUNCED, load_registered
from shoal.catalog.recovery import recover_service, rewind_all
from shoal.command_line.printing import Format, FormatOption, print_rows
from shoal.contracts.topics import TOPICS, Topic

app = typer.Typer(
    help="Topics, schemas, the AsyncAPI document, Kubernetes manifests, and recovery.", no_args_is_help=True
)
app.command("recover")(recover_service)
app.command("rewind")(rewind_all)
COLUMNS = ("topic", "key", "events", "partitions", "retention", "producers", "groups", "readers")


def _topic_row(topic: Topic) -> dict[str, str]:
    days = topic.retention_hours // 24
    retention = "compacted" if topic.compacted else "1 day" if days == 1 else f"{days} days"
    events = ", ".join(event.TYPE for event in topic.events)
    lists = [", ".join(names) for names in (topic.producers, topic.groups, topic.readers)]
    cells = (topic.name, topic.key, events, str(topic.partitions), retention, *lists)
    return dict(zip(COLUMNS, cells, strict=True))


def _short_row(topic: Topic) -> dict[str, str]:
    """Return what fits into a table: without the types of events, and one column of those who read."""
    row = _topic_row(topic)
    read_by = ", ".join(dict.fromkeys((*topic.groups, *topic.readers)))
    return {
        "topic": row["topic"],
        "key": row["key"],
        "parts": row["partitions"],
        "kept": row["retention"],
        "written by": row["producers"],
        "read by": read_by,
    }


@app.command("list")
def list_topics(form: FormatOption = Format.TABLE) -> None:
    """Print every topic."""
    make_row = _short_row if form is Format.TABLE else _topic_row
    print_rows(form, [make_row(topic) for topic in TOPICS.values()])


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


@app.command("announce")
def announce_topics(
    service: Annotated[str, typer.Argument(help="Service that owns the topics, such as qa.")],
    dsn: Annotated[
        str, typer.Option(envvar="SHOAL_POSTGRES_DSN", help="Address of the service's PostgreSQL.")
    ],
    form: FormatOption = Format.TABLE,
) -> None:
    """Announce again what the compacted topics of a service hold, for example after Kafka lost them.

    The events are written to the outbox of the service, which publishes them while it runs. Consumers that
    know them change nothing.
    """
    from shoal.messaging.errors import Transient, outages_of
    from shoal.persistence.announcing import announce_state

    services = load_registered(ANNOUNCED)
    if service not in services:
        raise typer.BadParameter(f"{service!r} owns no compacted topic; use one of {', '.join(services)}")
    try:
        with outages_of("PostgreSQL"):
            counts = asyncio.run(announce_state(dsn, services[service]))
    except Transient as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(1) from None
    print_rows(form, [{"topic": topic, "events": count} for topic, count in counts.items()])


@app.command("manifests")
def write_manifests(
    output: Annotated[Path, typer.Option(help="Folder of the kustomize components to write.")] = Path(
        "deploy/k8s/components"
    ),
) -> None:
    """Regenerate the Kubernetes manifests of topics, Kafka users and scaling."""
    from shoal.catalog.manifests.writing import write_files

    typer.echo("\n".join(str(path) for path in write_files(output)) or "nothing changed")
