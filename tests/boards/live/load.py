"""A labelling operation at work: three projects, their producers, vendors, teams and reviewers."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from itertools import count
from random import Random
from typing import Any

import httpx

from boards.live.faults import (
    ABSENT_HOST,
    have_bad_days,
    send_odd_webhooks,
    send_photos_of_absent_host,
    send_unreadable_annotations,
)
from boards.live.teams import Annotator, decide_reviews
from boards.live.texts import guideline, make_inference, make_texts
from e2e.client import Client
from hostilevendor import HostileVendor
from shoal_local.demo.workforce import Minds, Terms, Workforce, make_people, serve_workforce, text_key
from shoal_local.services import LocalShoal
from shoal_local.stack import Stack
from vendorkit import serve_vendor

SECRET = "whsec_c2hvYWwgdGVzdHMgc2hvYWwgdGVzdHMh"
NEWS, HELP, CONTRACTS = "newsdesk", "helpdesk", "contracts"
SETTINGS = {
    "SHOAL_AUDIT_RATE": "0.05",
    "SHOAL_FIRST_CAMPAIGN_WAIT_S": "0",
    "SHOAL_MEDIA_HOSTS": ABSENT_HOST,
    "SHOAL_METRICS_INTERVAL_S": "1",
    "SHOAL_POLL_INTERVAL_S": "0.5",
    "SHOAL_REFIT_INTERVAL_S": "1",
    "SHOAL_VENDOR_TIMEOUT_S": "3",
}
GOLD = 40
MOST_TRIES = 10
FAMILIES = {
    "grain": ("trade",),
    "trade": ("grain", "shipping"),
    "shipping": ("trade",),
    "energy": ("shipping",),
}


class PatientClient(Client):
    """Sends a request again while its connection breaks, as people and producers do."""

    async def ask(self, service: str, method: str, path: str, **options: Any) -> httpx.Response:
        """Send a request."""
        for _ in range(MOST_TRIES):
            try:
                return await super().ask(service, method, path, **options)
            except httpx.TransportError:
                await asyncio.sleep(0.5)
        return await super().ask(service, method, path, **options)


class Operation:
    """Everything that acts on a running Shoal from outside."""

    def __init__(self, client: Client, stack: Stack) -> None:
        self._client = client
        self._stack = stack
        self._truth: dict[str, str] = {}
        self._keys: dict[str, str] = {}

    @asynccontextmanager
    async def at_work(self) -> AsyncIterator[None]:
        """Set everything up, and let everybody work while the body runs. Raises what a part raises."""
        async with AsyncExitStack() as serving:
            crowd = await serving.enter_async_context(serve_workforce(self._workforce(1, 4.0)))
            agency = await serving.enter_async_context(serve_workforce(self._workforce(2, 0.5)))
            vendor = HostileVendor()
            moody = await serving.enter_async_context(serve_vendor(vendor))
            await self._set_up(crowd, agency, moody)
            tasks = [asyncio.create_task(part) for part in self._parts(vendor)]
            try:
                yield
                ended = [task for task in tasks if task.done()]
                assert not ended, [task.exception() for task in ended]
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)

    def _workforce(self, seed: int, speedup: float) -> Workforce:
        terms = Terms(speedup=speedup, price=0.04 * seed, webhook_secret=SECRET, seed=seed)
        return Workforce(make_people(seed), Minds(self._keys, FAMILIES, seed), terms)

    def _parts(self, vendor: HostileVendor) -> list[Coroutine[Any, Any, None]]:
        client, truth = self._client, self._truth
        teams = {HELP: ("ann", "bob", "cleo"), CONTRACTS: ("dora", "emil", "fay", "gus")}
        people = [
            Annotator(client, project, name, truth).work()
            for project, names in teams.items()
            for name in names
        ]
        return [
            *people,
            self._stream(NEWS, 6.0),
            self._stream(HELP, 2.0),
            self._stream(CONTRACTS, 1.5),
            self._pair_halves(),
            self._change_campaigns(),
            self._freeze_datasets(),
            decide_reviews(client, NEWS, truth, 2.0),
            decide_reviews(client, CONTRACTS, truth, 3.0),
            send_odd_webhooks(client, NEWS, "crowd", SECRET),
            have_bad_days(vendor),
            send_photos_of_absent_host(client, "photos"),
            send_unreadable_annotations(self._stack, NEWS),
        ]

    async def _set_up(self, crowd: str, agency: str, moody: str) -> None:
        await self._projects()
        vendors = {
            (NEWS, "crowd"): {"base_url": crowd, "price_per_vote": 0.04, "default": True},
            (NEWS, "agency"): {"base_url": agency, "price_per_vote": 0.08},
            (HELP, "moody"): {"base_url": moody, "price_per_vote": 0.02},
        }
        for (project, name), body in vendors.items():
            vendor = {"kind": "generic", "webhook_secret": SECRET, **body}
            path = f"/v1/projects/{project}/providers/{name}"
            await self._client.done("labeling-gateway", "PUT", path, json=vendor)
        await self._gold()
        await self._campaigns()

    async def _projects(self) -> None:
        rules: dict[str, dict[str, Any]] = {
            NEWS: {"min_votes": 2, "max_votes": 3},
            HELP: {"model": "majority", "min_votes": 1, "max_votes": 3, "accept_probability": 0.5},
            CONTRACTS: {"target_precision": 0.75, "confidence": 0.8, "min_votes": 2, "max_votes": 3},
        }
        for project, rule in rules.items():
            await self._client.done("ingest", "POST", "/v1/projects", json={"project": project})
            path = f"/v1/projects/{project}"
            await self._client.done("qa", "POST", f"{path}/guidelines", json=guideline(project))
            await self._client.done("qa", "PUT", f"{path}/rule", json=rule)

    async def _gold(self) -> None:
        """Add items with known answers; they go to the default provider."""
        for project in (NEWS, HELP, CONTRACTS):
            texts = make_texts(Random(f"gold of {project}"))
            gold = [next(texts) for _ in range(GOLD)]
            self._learn_truth({text.text: text.label for text in gold})
            items = [{"text": text.text, "label": text.label} for text in gold]
            body = {"items": items, "votes": 3}
            await self._client.done("qa", "POST", f"/v1/projects/{project}/gold", json=body)

    async def _campaigns(self) -> None:
        await self._campaign(NEWS, "all-news", {"kind": "random", "share": 0.3}, budget=6000)
        unsure = {"kind": "uncertainty", "measure": "margin", "share": 0.1}
        await self._campaign(NEWS, "unsure", unsure, budget=900, provider="agency")
        await self._campaign(HELP, "tickets", {"kind": "random", "share": 0.6}, budget=3000)
        await self._campaign(
            HELP, "outsourced", {"kind": "random", "share": 0.2}, budget=60, provider="moody"
        )
        await self._campaign(CONTRACTS, "clauses", {"kind": "random", "share": 0.8}, budget=2000)

    async def _campaign(
        self, project: str, name: str, strategy: dict[str, Any], *, budget: int, provider: str | None = None
    ) -> None:
        labeling: dict[str, Any] = {"votes": 1 if project == HELP else 2, "max_votes": 3}
        if provider is not None:
            labeling["provider"] = provider
        await self._client.campaign(
            project, name=name, strategy=strategy, budget={"votes": budget}, labeling=labeling
        )

    def _learn_truth(self, truth: dict[str, str]) -> None:
        self._truth.update(truth)
        self._keys.update({text_key(text): label for text, label in truth.items()})

    async def _stream(self, project: str, per_second: float) -> None:
        chance = Random(project)
        texts = make_texts(chance)
        for number in count():
            batch = [next(texts) for _ in range(max(1, round(per_second)))]
            self._learn_truth({text.text: text.label for text in batch})
            items = [make_inference(project, text, chance) for text in batch]
            if number % 5 == 0:
                items += [{"project": project, "source_id": "no text"}, _short_vector(project, number)]
            await self._client.ask("ingest", "POST", "/v1/inferences", json=items)
            await asyncio.sleep(len(batch) / per_second * chance.uniform(0.6, 1.4))

    async def _pair_halves(self) -> None:
        """Send requests and responses as KServe's logger does; every third response never comes."""
        texts = make_texts(Random("pairs"))
        for number in count():
            text = next(texts)
            self._learn_truth({text.text: text.label})
            bodies: dict[str, Any] = {"request": {"instances": [text.text]}}
            if number % 3:
                bodies["response"] = {"predictions": [{"label": text.label, "score": 0.8}]}
            for half, body in bodies.items():
                headers = {
                    "ce-specversion": "1.0",
                    "ce-id": f"pair-{number}",
                    "ce-type": f"org.kubeflow.serving.inference.{half}",
                    "ce-source": "http://localhost:9081/",
                    "ce-inferenceservicename": "clauses",
                }
                await self._client.ask(
                    "ingest", "POST", f"/v1/kserve/{CONTRACTS}", json=body, headers=headers
                )
            await asyncio.sleep(1.5)

    async def _change_campaigns(self) -> None:
        """Pause and resume a campaign, and start one late."""
        path = f"/v1/projects/{HELP}/campaigns/tickets"
        await asyncio.sleep(20)
        await self._campaign(NEWS, "late-edition", {"kind": "random", "share": 0.2}, budget=1500)
        while True:
            await self._client.done("sampler", "POST", f"{path}/pause")
            await asyncio.sleep(8)
            await self._client.done("sampler", "POST", f"{path}/resume")
            await asyncio.sleep(20)

    async def _freeze_datasets(self) -> None:
        """Freeze datasets; one name is refused, because nothing can be split so."""
        while True:
            await asyncio.sleep(12)
            for project, body in (
                (NEWS, {"dataset": "topics"}),
                (HELP, {"dataset": "tickets", "splits": {"train": 0.8, "test": 0.2}}),
            ):
                await self._client.ask("qa", "POST", f"/v1/projects/{project}/datasets", json=body)


def _short_vector(project: str, number: int) -> dict[str, Any]:
    """Return an inference whose vector is shorter than the others of the project; the embedder refuses it."""
    vector = {"name": "other", "version": "1", "vector": [0.1] * (3 + number % 2)}
    return {"project": project, "source_id": f"short-{number}", "text": "A vector.", "embedding": vector}


@asynccontextmanager
async def running_operation(shoal: LocalShoal, stack: Stack) -> AsyncIterator[None]:
    """Let an operation work on a running Shoal while the body runs."""
    async with httpx.AsyncClient(timeout=30) as http, Operation(PatientClient(shoal, http), stack).at_work():
        yield
