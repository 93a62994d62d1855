"""`shoal migrate`: apply the migrations of services, before their new version starts."""

import asyncio
import time
from importlib.metadata import entry_points
from typing import Annotated

import typer

from shoal.messaging.errors import is_transient
from shoal.observability.logs import configure_logs
from shoal.persistence.schema import Schema
from shoal.runtime.settings import ServiceSettings

GROUP = "shoal.schemas"
_AGAIN_S = 1.0


def migrate_services(
    services: Annotated[
        list[str] | None, typer.Argument(help="Services, such as qa; all that have tables without it.")
    ] = None,
    wait: Annotated[
        float, typer.Option(min=0, help="Longest wait for PostgreSQL, in seconds, during an outage.")
    ] = 60.0,
) -> None:
    """Bring the tables of services at SHOAL_POSTGRES_DSN up to date; it may run repeatedly."""
    entries = {entry.name: entry for entry in entry_points(group=GROUP)}
    if unknown := set(services or ()) - entries.keys():
        raise typer.BadParameter(
            f"unknown: {', '.join(sorted(unknown))}; there are {', '.join(sorted(entries))}"
        )
    settings = ServiceSettings()
    configure_logs(settings.log_level, settings.log_format)
    for name in services or sorted(entries):
        try:
            applied = asyncio.run(_migrate_patiently(settings.postgres_dsn, entries[name].load(), wait))
        except Exception as error:
            typer.echo(f"{name}: {type(error).__name__}: {error}", err=True)
            raise typer.Exit(1) from None
        typer.echo(f"{name}: {', '.join(applied) or 'up to date'}")


async def _migrate_patiently(dsn: str, schema: Schema, wait_s: float) -> list[str]:
    """Migrate; during an outage try again until `wait_s` seconds have passed."""
    deadline = time.monotonic() + wait_s
    while True:
        try:
            return await schema.migrate(dsn)
        except Exception as error:
            if not is_transient(error) or time.monotonic() + _AGAIN_S > deadline:
                raise
            typer.echo(f"waiting for PostgreSQL: {error}", err=True)
            await asyncio.sleep(_AGAIN_S)
