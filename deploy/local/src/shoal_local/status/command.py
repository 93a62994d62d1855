"""`shoal status`."""

import asyncio
import logging
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from shoal.command_line.console import out
from shoal.command_line.printing import Format, FormatOption, print_result
from shoal.messaging.clients.settings import KafkaSettings
from shoal_local.status.addresses import service_addresses
from shoal_local.status.kafka import KafkaStatus, read_kafka
from shoal_local.status.projects import ProjectStatus, read_projects
from shoal_local.status.services import Door, Readiness, open_client

Row = dict[str, Any]
JOB_STATES = ("open", "review", "accepted", "closed")


def print_status(
    project: Annotated[
        list[str] | None, typer.Option(help="Project to show; repeat it for several. All without it.")
    ] = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Print the services, projects, campaigns with what each waits for, backlog and dead letters.

    A service that does not answer is a row that says so; the exit code is 0.
    """
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # its warnings repeat what a row says
    facts = asyncio.run(_read_status(project or []))
    whole: dict[str, Any] = {
        "services": [asdict(service) for service in facts.services],
        "projects": None if facts.projects is None else [asdict(status) for status in facts.projects],
        "backlog": [asdict(backlog) for backlog in facts.kafka.backlog],
        "dead_letters": [asdict(letters) for letters in facts.kafka.dead_letters],
        "refusals": facts.refusals,
    }
    parts = ("services", "projects", "backlog", "dead_letters")
    rows = [{"part": part, **row} for part in parts for row in whole[part] or ()]
    print_result(form, whole, rows, lambda: _print_tables(facts))


@dataclass(frozen=True, slots=True)
class _Facts:
    services: list[Readiness]
    projects: list[ProjectStatus] | None
    kafka: KafkaStatus
    refusals: list[str]


async def _read_status(names: list[str]) -> _Facts:
    async with open_client() as http:
        door = Door(http, service_addresses())
        services, projects, kafka = await asyncio.gather(
            door.readiness(), read_projects(door, names), read_kafka(KafkaSettings())
        )
        return _Facts([*services, kafka.readiness], projects, kafka, list(door.refusals))


def _print_tables(facts: _Facts) -> None:
    _print_table("services", [asdict(service) for service in facts.services], "")
    for refusal in facts.refusals:
        _print_note(refusal)
    if facts.projects is None:
        _print_note("projects are unknown, as ingest does not list them: name one with --project")
    else:
        _print_projects(facts.projects)
    if facts.kafka.readiness.state == "ready":
        backlog = [asdict(entry) for entry in facts.kafka.backlog if entry.records]
        _print_table("records on Kafka, and how far each consumer is behind", backlog, "no records on Kafka")
        letters = [asdict(entry) for entry in facts.kafka.dead_letters]
        _print_table("dead letters (shoal dlq show TOPIC --group GROUP)", letters, "no dead letters")


def _print_projects(projects: list[ProjectStatus]) -> None:
    title = "projects: samples decided and waiting, jobs by state, votes that providers owe"
    _print_table(title, list(map(_project_row, projects)), "no project: shoal ingest project NAME")
    campaigns = [_campaign_row(asdict(row)) for status in projects for row in status.campaigns or ()]
    if any(status.campaigns is None for status in projects):
        _print_note("campaigns are unknown, as the sampler does not list them")
    elif projects:
        _print_table("campaigns", campaigns, "no campaign: shoal sampler create PROJECT FILE")
    for fault in (fault for status in projects for fault in status.providers):
        _print_note(f"provider {fault}")


def _project_row(status: ProjectStatus) -> Row:
    jobs = status.jobs
    states = (
        dict.fromkeys(JOB_STATES) if jobs is None else {state: jobs.get(state, 0) for state in JOB_STATES}
    )
    return {
        "project": status.project,
        "decided": status.samples_decided,
        "waiting": status.samples_waiting,
        **states,
        "votes": status.votes_outstanding,
    }


def _campaign_row(campaign: Row) -> Row:
    spent = f"{campaign.pop('votes_reserved'):,} of {campaign.pop('votes_budget'):,}"
    return {
        "project": campaign["project"],
        "campaign": campaign["campaign"],
        "state": campaign["state"],
        "votes reserved": spent,
        "waits for": campaign["waits_for"],
    }


def _print_note(text: str) -> None:
    out.print(text, markup=False, highlight=False, style="yellow", soft_wrap=True)


def _print_table(title: str, rows: list[Row], none: str) -> None:
    if not rows:
        out.print(none, markup=False, highlight=False)
        return
    out.print(title, markup=False, highlight=False, style="italic")
    table = Table()
    for name in rows[0]:
        table.add_column(name, overflow="fold")
    for row in rows:
        table.add_row(*_table_cells(row))
    out.print(table)


def _table_cells(row: Row) -> Iterator[str]:
    for value in row.values():
        yield "?" if value is None else f"{value:,}" if isinstance(value, int) else escape(str(value))
