"""`python -m tests.bench.scale [--quick] [--page]`: what a sample costs each service, and what replicas add.

--quick: fewer samples and replicas, for a try; its numbers are no measurement. --page: also write the numbers
and the tables of docs/scaling.md. --page-only: write the tables from the stored numbers, without a stack.
"""

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path
from shutil import which
from typing import Annotated

import httpx
import typer
from rich.console import Console
from tests.bench.scale.load import make_items, make_project
from tests.bench.scale.page import print_result, write_page
from tests.bench.scale.relaying import measure_relay
from tests.bench.scale.result import Result, load_result
from tests.bench.scale.stages import INPUTS, Bench, Round, connect_database, run_round
from tests.bench.scale.usage import describe_machine, table_sizes
from tests.bench.scale.voting import measure_fits, measure_votes

from shoal_local.services import LocalShoal
from shoal_local.stack import Stack

os.environ.setdefault("SHOAL_CACHE", str(Path(__file__).parents[3] / ".cache"))
NUMBERS = Path(__file__).with_name("numbers.json")
SETTINGS = {"SHOAL_METRICS_INTERVAL_S": "15", "SHOAL_AUDIT_VOTES_PER_DAY": "100000"}
EVERY = tuple(INPUTS)
UP_TO_SAMPLER = ("ingest", "embedder", "sampler")
PROJECTS = 8
err = Console(stderr=True)


def plan_rounds(*, quick: bool) -> Iterator[Round]:
    """Yield the rounds: texts, one project's lock, and all services with 1, 2 and 4 replicas."""
    count, texts = (600, 120) if quick else (6000, 1500)
    many = [f"many-{number}" for number in range(PROJECTS)]
    items = make_items(many, texts, vectors=False)
    yield Round(name="texts", replicas=1, projects=many, items=items, services=("ingest", "embedder"))
    for name, replicas, services in (
        ("vectors", 1, EVERY),
        ("vectors", 2, EVERY),
        *([] if quick else [("vectors", 4, EVERY)]),
        ("one project", 1, UP_TO_SAMPLER),
        ("one project", 2, UP_TO_SAMPLER),
    ):
        projects = [f"{name.split()[0]}-{replicas}-{number}" for number in range(PROJECTS)]
        projects = projects[:1] if name == "one project" else projects
        items = make_items(projects, count, vectors=True)
        yield Round(name=name, replicas=replicas, projects=projects, items=items, services=services)


async def measure_all(stack: Stack, *, quick: bool) -> Result:
    """Run every round, the votes and the fits."""
    result = Result(machine=describe_machine(stack))
    rounds = list(plan_rounds(quick=quick))
    async with httpx.AsyncClient(timeout=120) as http:
        conn = await connect_database(stack)
        bench = Bench(stack=stack, settings=SETTINGS, http=http, conn=conn)
        err.print("starting the five services, creating projects ...")
        with LocalShoal(stack, environment=SETTINGS) as shoal:
            for project in sorted({name for work in rounds for name in work.projects}):
                await make_project(http, shoal.urls, project)
        for work in rounds:
            async for stage in run_round(bench, work):
                result.stages.append(stage)
                err.print(
                    f"{stage.round}, {stage.replicas} x {stage.service}: {stage.records:,} records, "
                    f"{stage.cpu_ms('service'):.2f} CPU ms a record, {stage.wall_s:.1f} s"
                )
        err.print("people vote ...")
        voters = [name for work in rounds if work.services == EVERY for name in work.projects]
        result.votes = await measure_votes(bench, voters, 80 if quick else 800)
        result.relay = await measure_relay(bench, 1000 if quick else 10_000)
        result.tables = await table_sizes(stack.postgres_dsn)
        await conn.close()
    err.print("fits ...")
    result.fits = measure_fits([1000, 10_000] if quick else [1000, 10_000, 100_000])
    return result


def main(
    *,
    quick: Annotated[bool, typer.Option(help="Few samples, for a try; no measurement.")] = False,
    page: Annotated[bool, typer.Option(help="Write the numbers and the tables of docs/scaling.md.")] = False,
    page_only: Annotated[bool, typer.Option(help="Write the tables from the stored numbers.")] = False,
) -> None:
    """Measure what a sample costs each service, and what replicas add."""
    if page_only:
        write_page(load_result(NUMBERS))
        return
    if which("java") and which("mvn"):
        os.environ.setdefault("SHOAL_KAFKA", "apache")
    with Stack() as stack:
        result = asyncio.run(measure_all(stack, quick=quick))
    if page:
        result.save(NUMBERS)
        write_page(result)
    print_result(result)


if __name__ == "__main__":
    typer.run(main)
