"""`shoal dlq`: what consumers refused, and sending it back."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from enum import StrEnum
from typing import Annotated, Any, TypeVar

import typer
from aiokafka.errors import KafkaConnectionError
from rich.console import Console
from rich.table import Table

from shoal.contracts.topics import TOPICS, dead_letter_topic
from shoal.messaging.clients.access import check_access
from shoal.messaging.clients.broker import kafka_producer
from shoal.messaging.clients.settings import KafkaSettings
from shoal.messaging.dead_letters import replay as dead_letters
from shoal.messaging.errors import AccessRefused
from shoal.messaging.publisher import KafkaPublisher

app = typer.Typer(help="Dead letters: records that a consumer could not process.", no_args_is_help=True)


class Output(StrEnum):
    """How a command prints."""

    TABLE = "table"
    JSONL = "jsonl"


Rows = list[dict[str, Any]]
T = TypeVar("T")
TopicArgument = Annotated[str, typer.Argument(help="the original topic, such as samples.ingested")]
GroupOption = Annotated[str, typer.Option("--group", help="the consumer group that refused the records")]
OutputOption = Annotated[Output, typer.Option("--output", help="table or jsonl")]
LimitOption = Annotated[int | None, typer.Option("--limit", min=1, help="at most so many letters")]


@app.command("list")
def list_(output: OutputOption = Output.TABLE) -> None:
    """Count the dead letters of every topic and group."""
    rows = _asked(_piles)
    _show(rows, ["topic", "total", "pending"], output)


@app.command()
def show(
    topic: TopicArgument, group: GroupOption, limit: LimitOption = 20, output: OutputOption = Output.TABLE
) -> None:
    """Show dead letters that were not replayed yet, with the reason for each."""
    dlq = _dlq(topic, group)
    letters = _asked(lambda settings: dead_letters.pending(settings, dlq, limit or 20))
    rows = [{"offset": each.offset, **each.facts} for each in letters]
    _show(rows, ["offset", "time", "reason", "detail", "attempt", "version"], output)


@app.command()
def replay(
    topic: TopicArgument,
    group: GroupOption,
    limit: LimitOption = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="only say what would be replayed")] = False,
) -> None:
    """Publish dead letters to their original topic again, each once;
    exit code 3 when another replay is running.
    """
    dlq = _dlq(topic, group)
    if dry_run:
        pile = _asked(lambda settings: dead_letters.pile(settings, dlq))
        count = pile.pending if limit is None else min(limit, pile.pending)
        typer.echo(f"{count} of {pile.pending} pending dead letters would be replayed to {topic}")
        return
    try:
        done = _asked(lambda settings: _replay(settings, dlq, limit))
    except dead_letters.ReplayBusy as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(3) from None
    typer.echo(f"{done.replayed} replayed to {topic}, {done.unreadable} unreadable, {done.pending} pending")


def _asked(work: Callable[[KafkaSettings], Awaitable[T]]) -> T:
    """Return what `work` finds; exit with one line when Kafka does not let us in (2) or is away (1)."""

    async def run() -> T:
        settings = KafkaSettings()
        await check_access(settings, "shoal-dlq")
        return await work(settings)

    try:
        return asyncio.run(run())
    except (AccessRefused, KafkaConnectionError) as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(2 if isinstance(error, AccessRefused) else 1) from None


def _dlq(topic: str, group: str) -> str:
    known = TOPICS.get(topic)
    if known is None:
        raise typer.BadParameter(f"no topic {topic}; see `shoal topics list`")
    if group not in known.groups:
        raise typer.BadParameter(f"{topic} has no group {group}; it has {', '.join(known.groups) or 'none'}")
    return dead_letter_topic(topic, group)


async def _piles(settings: KafkaSettings) -> Rows:
    names = [name for topic in TOPICS.values() for name in topic.dead_letters]
    piles = [await dead_letters.pile(settings, name) for name in names]
    return [{"topic": each.topic, "total": each.total, "pending": each.pending} for each in piles]


async def _replay(settings: KafkaSettings, dlq: str, limit: int | None) -> dead_letters.Replayed:
    producer = kafka_producer(settings, "shoal-dlq")
    await producer.start()
    try:
        return await dead_letters.replay(
            settings, KafkaPublisher(producer, settings.publish_timeout_s), dlq, limit
        )
    finally:
        await producer.stop()


def _show(rows: Rows, columns: list[str], output: Output) -> None:
    if output is Output.JSONL:
        for row in rows:
            typer.echo(json.dumps(row))
        return
    table = Table(*columns)
    for row in rows:
        table.add_row(*(str(row.get(column, "")) for column in columns))
    Console().print(table)
