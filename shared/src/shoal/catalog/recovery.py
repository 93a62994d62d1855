"""`shoal topics recover` and `rewind`: go on with a database that was restored to an earlier moment."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, TypeVar

import typer
from aiokafka.errors import KafkaConnectionError

from shoal.catalog.documents import RECOVERED, load_registered
from shoal.command_line.printing import Format, FormatOption, print_rows
from shoal.messaging.clients.access import check_access
from shoal.messaging.clients.history import TopicHistory
from shoal.messaging.clients.rewinding import GroupInUse, rewind_groups
from shoal.messaging.clients.settings import KafkaSettings
from shoal.messaging.errors import AccessRefused, Transient, is_transient
from shoal.outages import error_text

T = TypeVar("T")


def parse_moment(text: str) -> datetime:
    """Return a time with its offset from UTC. Raises BadParameter."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no time; write 2026-01-31T03:00:00Z") from None
    if moment.tzinfo is None:
        raise typer.BadParameter(f"{text!r} has no time zone; write {text}Z for UTC")
    return moment


SinceOption = Annotated[
    datetime,
    typer.Option(
        parser=parse_moment,
        metavar="TIME",
        help="A time well before the moment of the database, such as 2026-01-31T03:00:00Z.",
    ),
]


def recover_service(
    service: Annotated[str, typer.Argument(help="Service whose tables were restored, such as qa.")],
    dsn: Annotated[
        str, typer.Option(envvar="SHOAL_POSTGRES_DSN", help="Address of the service's PostgreSQL.")
    ],
    since: SinceOption,
    form: FormatOption = Format.TABLE,
) -> None:
    """Bring the tables of a stopped service up to date with Kafka, after they were restored from a backup.

    Running it again changes nothing.
    """
    from shoal.persistence.recovering import recover_state

    services = load_registered(RECOVERED)
    if service not in services:
        raise typer.BadParameter(f"{service!r} has no tables to recover; use one of {', '.join(services)}")
    counts = _run_checked(
        lambda settings: recover_state(dsn, services[service], TopicHistory(settings, since))
    )
    print_rows(form, [{"stored": name, "rows": count} for name, count in counts.items()])


def rewind_all(
    since: SinceOption,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print what would be read again, and change nothing.")
    ] = False,
    form: FormatOption = Format.TABLE,
) -> None:
    """Let the consumer groups of stopped services read again from a time on; no group moves forward."""

    rewound = _run_checked(lambda settings: rewind_groups(settings, since, dry_run=dry_run))
    print_rows(form, [asdict(line) for line in rewound])


def _run_checked(work: Callable[[KafkaSettings], Awaitable[T]]) -> T:
    """Return the result of `work`; exit with one line if something is refused (2) or unavailable (1)."""

    async def checked_work() -> T:
        settings = KafkaSettings()
        await check_access(settings, "shoal-recovery")
        return await work(settings)

    try:
        return asyncio.run(checked_work())
    except (AccessRefused, GroupInUse) as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(2) from None
    except Exception as error:
        if not isinstance(error, KafkaConnectionError) and not is_transient(error):
            raise
        typer.echo(f"error: {error if isinstance(error, Transient) else error_text(error)}", err=True)
        raise typer.Exit(1) from None
