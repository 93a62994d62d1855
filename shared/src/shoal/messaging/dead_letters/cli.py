"""`shoal dlq`: list, show and replay the records that consumers rejected; let a paused consumer go on."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated, Any, TypeVar

import typer
from aiokafka.errors import KafkaConnectionError

from shoal.command_line.printing import Format, FormatOption, print_rows
from shoal.contracts.topics import TOPICS, dead_letter_topic
from shoal.messaging.clients.access import check_access
from shoal.messaging.clients.broker import kafka_producer
from shoal.messaging.clients.settings import KafkaSettings
from shoal.messaging.dead_letters import replay as dead_letters
from shoal.messaging.dead_letters.skipping import skip_records
from shoal.messaging.errors import AccessRefused
from shoal.messaging.publisher import KafkaPublisher

app = typer.Typer(help="Dead letters: records that a consumer could not process.", no_args_is_help=True)

Rows = list[dict[str, Any]]
T = TypeVar("T")
SHOWN = (
    "offset",
    "time",
    "project",
    "key",
    "correlation_id",
    "reason",
    "detail",
    "attempt",
    "version",
)  # columns of a table or CSV; JSON has every field
IN_TABLE = ("time", "project", "key", "correlation_id", "reason", "detail")
TopicArgument = Annotated[str, typer.Argument(help="Original topic, such as samples.ingested.")]
GroupOption = Annotated[str, typer.Option("--group", help="Consumer group that rejected the records.")]


@app.command("list")
def list_piles(form: FormatOption = Format.TABLE) -> None:
    """Count the dead letters of every topic and group."""
    print_rows(form, _run_checked(_pile_rows))


@app.command("show")
def show_letters(
    topic: TopicArgument,
    group: GroupOption,
    limit: Annotated[int, typer.Option(min=1, help="Most letters to print.")] = 20,
    form: FormatOption = Format.TABLE,
) -> None:
    """Print the dead letters that were not replayed yet, and why each was rejected.

    Also the project, key and correlation id of each.
    """
    dlq = _dead_letter_topic(topic, group)
    letters = _run_checked(lambda settings: dead_letters.pending_letters(settings, dlq, limit))
    facts = [{"offset": letter.offset, **letter.facts} for letter in letters]
    rows = facts if form is Format.JSON else [{name: fact.get(name, "") for name in SHOWN} for fact in facts]
    if form is Format.TABLE:
        rows = [{**{name: row[name] for name in IN_TABLE}, "time": str(row["time"])[:19]} for row in rows]
    print_rows(form, rows)


@app.command("replay")
def replay_letters(
    topic: TopicArgument,
    group: GroupOption,
    limit: Annotated[int | None, typer.Option(min=1, help="Most letters to replay; all without it.")] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print what would be replayed, and replay nothing.")
    ] = False,
) -> None:
    """Publish dead letters to their original topic again, once. Exit code 3: another replay is running."""
    dlq = _dead_letter_topic(topic, group)
    if dry_run:
        pile = _run_checked(lambda settings: dead_letters.count_letters(settings, dlq))
        count = pile.pending if limit is None else min(limit, pile.pending)
        typer.echo(f"{count} of {pile.pending} pending dead letters would be replayed to {topic}")
        return
    try:
        result = _run_checked(lambda settings: _replay_pile(settings, dlq, limit))
    except dead_letters.ReplayBusy as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(3) from None
    typer.echo(
        f"{result.replayed} replayed to {topic}, {result.unreadable} unreadable, {result.pending} pending"
    )


@app.command("skip")
def skip_paused_records(topic: TopicArgument, group: GroupOption) -> None:
    """Let a paused consumer take the records that wait now without pauses; what fails is a dead letter."""
    _dead_letter_topic(topic, group)
    count = _run_checked(lambda settings: skip_records(settings, topic, group))
    typer.echo(f"{count} waiting records of {topic} will be tried once; those that fail become dead letters")


def _run_checked(work: Callable[[KafkaSettings], Awaitable[T]]) -> T:
    """Return the result of `work`; exit with one line if Kafka refuses access (2) or is unavailable (1)."""

    async def checked_work() -> T:
        settings = KafkaSettings()
        await check_access(settings, "shoal-dlq")
        return await work(settings)

    try:
        return asyncio.run(checked_work())
    except (AccessRefused, KafkaConnectionError) as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(2 if isinstance(error, AccessRefused) else 1) from None


def _dead_letter_topic(topic: str, group: str) -> str:
    entry = TOPICS.get(topic)
    if entry is None:
        raise typer.BadParameter(f"no topic {topic}; see `shoal topics list`")
    if group not in entry.groups:
        raise typer.BadParameter(f"{topic} has no group {group}; it has {', '.join(entry.groups) or 'none'}")
    return dead_letter_topic(topic, group)


async def _pile_rows(settings: KafkaSettings) -> Rows:
    names = [name for topic in TOPICS.values() for name in topic.dead_letters]
    piles = [await dead_letters.count_letters(settings, name) for name in names]
    return [{"topic": pile.topic, "total": pile.total, "pending": pile.pending} for pile in piles]


async def _replay_pile(settings: KafkaSettings, dlq: str, limit: int | None) -> dead_letters.Replayed:
    producer = kafka_producer(settings, "shoal-dlq")
    await producer.start()
    try:
        return await dead_letters.replay_letters(
            settings, KafkaPublisher(producer, settings.publish_timeout_s), dlq, limit
        )
    finally:
        await producer.stop()
