"""Run the demo on images, from fetching the photos to writing the page."""

import asyncio
import io
import os
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import ExitStack
from hashlib import sha256
from pathlib import Path

import httpx
import numpy as np
from PIL import Image
from rich.table import Table

from shoal.cache import cache_folder, model_folder
from shoal_embedder.adapters.encoders.lite0 import EfficientNetLite0
from shoal_local.demo.api import Api
from shoal_local.demo.images.arms import ImageArm
from shoal_local.demo.images.cells import DEFECTIVE, INTACT, LOCK, WHEEL, Cell, read_cells
from shoal_local.demo.images.inspectors import Inspectors
from shoal_local.demo.images.plan import ARMS, ImageOutcome, ImagePlan, ImageSet, split_cells
from shoal_local.demo.images.report import ImageFacts, report_images, table_rows
from shoal_local.demo.model import Vectors
from shoal_local.demo.terminal import err, out, progress_bar
from shoal_local.demo.wheels import fetch_wheel, find_lock
from shoal_local.demo.workforce.people import Minds, make_people, text_key
from shoal_local.process import StartFailed
from shoal_local.services import LocalShoal
from shoal_local.stack import Stack

SEED = 2026
QUICK = ImagePlan(rounds=2, stream=120, held_out=200, votes_per_round=45, similar_per_round=18)
_SLICE = 32


def run_images(report: Path, *, quick: bool) -> int:
    """Run the demo; return the exit code."""
    begun = time.monotonic()
    plan = QUICK if quick else ImagePlan()
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    try:
        images = _load_images(plan)
        with ExitStack() as running:
            with err.status("starting the stack ..."):
                stack = running.enter_context(Stack())
            outcomes = compare_arms(stack, images, plan)
    except (StartFailed, TimeoutError, RuntimeError, httpx.HTTPError) as error:
        err.print(f"The demo stopped: {error}", markup=False)
        return 1
    facts = ImageFacts(plan=plan, defective=images.count_defective(), seconds=time.monotonic() - begun)
    _print_table(outcomes, facts)
    report.write_text(report_images(outcomes, images, facts), encoding="utf-8")
    out.print(f"The page: {report.resolve()}", soft_wrap=True)
    return 0


def compare_arms(stack: Stack, images: ImageSet, plan: ImagePlan) -> dict[str, ImageOutcome]:
    """Run both arms on a stack at once; return their outcomes by arm."""
    settings = {
        "SHOAL_REFIT_INTERVAL_S": "1",
        "SHOAL_DATASETS_URI": tempfile.mkdtemp(prefix="shoal-demo-datasets-"),
    }
    with ExitStack() as running:
        with err.status("starting five services ..."):
            shoal = running.enter_context(LocalShoal(stack, environment=settings))
        return asyncio.run(run_rounds(shoal.urls, images, plan))


async def run_rounds(urls: dict[str, str], images: ImageSet, plan: ImagePlan) -> dict[str, ImageOutcome]:
    """Run both arms on running services, with people who answer; return their outcomes by arm."""
    truth = {text_key(cell.sha256): cell.truth for cell in images.cells.values()}
    minds = Minds(truth, {INTACT: [DEFECTIVE], DEFECTIVE: [INTACT]}, SEED)
    everyone = make_people(SEED)
    people = [everyone[number * len(everyone) // plan.people] for number in range(plan.people)]
    limits = httpx.Limits(max_connections=32)
    async with httpx.AsyncClient(timeout=60, limits=limits) as http:
        with progress_bar() as progress:
            task = progress.add_task("projects", total=len(ARMS) * (plan.rounds + 2))

            def step(text: str) -> None:
                progress.update(task, description=text)

            arms = [
                ImageArm(name=name, images=images, plan=plan, api=Api(urls, http), step=step) for name in ARMS
            ]
            inspectors = [
                Inspectors(
                    project=arm.project, url=urls["labeling-gateway"], http=http, people=people, minds=minds
                )
                for arm in arms
            ]
            await _run_beside(
                [crew.work() for crew in inspectors],
                _run_arms(arms, plan, lambda: progress.advance(task)),
            )
    return {arm.outcome.arm: arm.outcome for arm in arms}


async def _run_arms(arms: Sequence[ImageArm], plan: ImagePlan, advance: Callable[[], None]) -> None:
    async def and_then(work: Awaitable[None]) -> None:
        await work
        advance()

    await asyncio.gather(*(and_then(arm.prepare()) for arm in arms))
    for number in range(plan.rounds):
        await asyncio.gather(*(and_then(arm.run_round(number)) for arm in arms))
    await asyncio.gather(*(and_then(arm.finish()) for arm in arms))


async def _run_beside(endless: Sequence[Awaitable[None]], work: Awaitable[None]) -> None:
    """Wait for `work`, with `endless` beside it; an error of either ends both."""
    crews = [asyncio.ensure_future(crew) for crew in endless]
    main_work = asyncio.ensure_future(work)
    try:
        await asyncio.wait([*crews, main_work], return_when=asyncio.FIRST_COMPLETED)
        for crew in crews:
            if crew.done():
                crew.result()
        await main_work
    finally:
        for running in (*crews, main_work):
            running.cancel()
        await asyncio.gather(*crews, main_work, return_exceptions=True)


def _load_images(plan: ImagePlan) -> ImageSet:
    with err.status("fetching the photos (ELPV, 90 MB, once) ..."):
        cells = read_cells(fetch_wheel(cache_folder() / "demo-data", find_lock(LOCK), WHEEL))
    uses = split_cells([cell.truth for cell in cells], plan, SEED)
    rows = uses.rows()
    vectors = _load_vectors([cells[row] for row in rows])
    return ImageSet(
        cells={row: cells[row] for row in rows}, vectors=dict(zip(rows, vectors, strict=True)), uses=uses
    )


def _load_vectors(cells: Sequence[Cell]) -> Vectors:
    """Return (n, 1280) vectors of the cells for the inspection's model, computed once and kept on disk."""
    model = EfficientNetLite0(model_folder())
    key = sha256("".join([model.version, *(cell.sha256 for cell in cells)]).encode()).hexdigest()[:16]
    target = cache_folder() / "demo" / f"vectors-{key}.npy"
    if target.exists():
        cached: Vectors = np.load(target)
        return cached
    parts = []
    with progress_bar() as progress:
        task = progress.add_task("vectors for the inspection's model", total=len(cells))
        for start in range(0, len(cells), _SLICE):
            part = [Image.open(io.BytesIO(cell.picture)) for cell in cells[start : start + _SLICE]]
            parts.append(model.encode([image.convert("RGB") for image in part]))
            progress.advance(task, len(part))
    vectors = np.concatenate(parts)
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_suffix(".partial.npy")
    np.save(partial, vectors)
    partial.replace(target)
    return vectors


def _print_table(outcomes: dict[str, ImageOutcome], facts: ImageFacts) -> None:
    table = Table("at the end", "random", "Shoal")
    for row in table_rows(outcomes, facts):
        table.add_row(*row)
    out.print(table)
    out.print(f"The annotators are SIMULATED; {facts.seconds:.0f} s in all.")
