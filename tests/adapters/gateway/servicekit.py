"""The whole gateway on a database, without Kafka: its loops run, and records are handed to its consumers."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx

from publishingkit import FakePublisher, received
from shoal.contracts.labels import GuidelineRef, LabelingJob, VotesRequested
from shoal.contracts.projects import ProjectChanged
from shoal.contracts.quality import GuidelinePublished
from shoal.contracts.samples import Content, Prediction, SampleErased
from shoal.persistence import migrate, open_pool
from shoal.runtime import Service
from shoal.security import sign_webhook
from shoal.security.access import Access
from shoal_gateway.main import SCHEMA, wire_service
from shoal_gateway.settings import GatewaySettings

X_OR_Y = {"kind": "single_choice", "classes": [{"name": "x"}, {"name": "y"}]}
MOMENT = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class RunningGateway:
    """A gateway whose loops run."""

    service: Service
    pool: Any
    http: httpx.AsyncClient

    def project(self, name: str, schema: Mapping[str, Any] = X_OR_Y, **guideline_fields: Any) -> None:
        """Announce a project with a guideline, by default of the classes x and y."""
        assert self.service.directory is not None
        self.service.directory.put(ProjectChanged(project=name, changed_at=MOMENT))
        document = {"label_schema": schema, **guideline_fields}
        guideline = GuidelinePublished(
            project=name, guideline=GuidelineRef(major=1, minor=0), published_at=MOMENT, **document
        )
        self.service.broadcasts[0].apply(received(guideline, "guidelines.published"))

    async def provider(self, project: str, name: str, **settings: Any) -> httpx.Response:
        """Configure a provider."""
        return await self.http.put(f"/v1/projects/{project}/providers/{name}", json=settings)

    async def job(
        self,
        project: str,
        number: int,
        provider: str,
        *,
        votes: int = 1,
        most: int = 9,
        content: Mapping[str, Any] | None = None,
        prediction: Mapping[str, Any] | None = None,
    ) -> str:
        """Hand in a job and return its id."""
        job = LabelingJob(
            project=project,
            job_id=f"{project}-{provider}-{number}",
            sample_id=f"{project}-{provider}-{number}",
            purpose="label",
            guideline=GuidelineRef(major=1, minor=0),
            content=Content(**(content or {"text": f"text {number}"})),
            prediction=Prediction(model="m", version="7", **prediction) if prediction else None,
            votes=votes,
            max_votes=most,
            provider=provider,
            requested_at=MOMENT,
        )
        rejected = await self.service.consumers[0].handle([received(job, "labeling.jobs")])
        assert not rejected
        return job.job_id

    async def request(self, project: str, job_id: str, action: Any, round_: int, votes: int = 0) -> None:
        """Hand in a request of qa."""
        event = VotesRequested(
            project=project,
            job_id=job_id,
            sample_id=job_id,
            action=action,
            votes=votes,
            round=round_,
            reason="test",
            requested_at=MOMENT,
        )
        await self.service.consumers[1].handle([received(event, "votes.requested")])

    async def erase(self, project: str, sample_id: str) -> None:
        """Hand in the erasure of a sample."""
        event = SampleErased(project=project, sample_id=sample_id, reason="asked", erased_at=MOMENT)
        await self.service.consumers[2].handle([received(event, "samples.erased")])

    async def webhook(
        self, project: str, provider: str, secret: str, body: bytes, *, number: int = 1
    ) -> httpx.Response:
        """Send a signed webhook."""
        now = int(datetime.now(UTC).timestamp())
        headers = {
            "content-type": "application/json",
            "webhook-id": f"m{number}",
            "webhook-timestamp": str(now),
            "webhook-signature": sign_webhook(secret, f"m{number}", now, body),
        }
        return await self.http.post(
            f"/v1/webhooks/{provider}?project={project}", content=body, headers=headers
        )

    async def status(self, project: str) -> Mapping[str, dict[str, Any]]:
        """Return the report on the project's providers, by name."""
        answer = await self.http.get(f"/v1/projects/{project}/queue")
        return {entry["provider"]: entry for entry in answer.json()["providers"]}

    async def task_of(self, job_id: str, attempt: int = 1) -> str:
        """Return the id of a job's task in the label lane."""
        return str(
            await self.pool.fetchval(
                "SELECT external_id FROM tasks WHERE job_id = $1 AND attempt = $2 AND lane = 'label'",
                job_id,
                attempt,
            )
        )

    async def count(self, sql: str, *values: object) -> int:
        """Return the number that a query returns."""
        return int(await self.pool.fetchval(sql, *values) or 0)


async def wait_until(condition: Callable[[], Awaitable[bool]], what: str, timeout_s: float = 120.0) -> None:
    """Wait until a condition holds; fail with `what` after `timeout_s`."""
    try:
        async with asyncio.timeout(timeout_s):
            while not await condition():
                await asyncio.sleep(0.05)
    except TimeoutError:
        raise AssertionError(f"not within {timeout_s:g} s: {what}") from None


@asynccontextmanager
async def running_gateway(dsn: str, **settings: Any) -> AsyncIterator[RunningGateway]:
    """Run a gateway on a database of its own; vendors may be on loopback."""
    await migrate(dsn, schema=SCHEMA, package="shoal_gateway", outbox=True)
    values = {"vendor_networks": "127.0.0.0/8", "poll_interval_s": 0.2, "vendor_timeout_s": 1.0, **settings}
    async with AsyncExitStack() as closing:
        pool, lookups = await open_pool(dsn, SCHEMA), await open_pool(dsn, SCHEMA)
        closing.push_async_callback(pool.close)
        closing.push_async_callback(lookups.close)
        service = wire_service(
            GatewaySettings(postgres_dsn=dsn, **values),
            FakePublisher(),
            pool=pool,
            lookups=lookups,
            closing=closing,
        )
        assert service.app is not None
        assert service.directory is not None
        service.app.state.access = Access(service.directory, None, loopback=True)
        loops = [asyncio.create_task(loop.run()) for loop in service.loops]
        transport = httpx.ASGITransport(service.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as http:
            yield RunningGateway(service, pool, http)
        for loop in service.loops:
            loop.stop()
        await asyncio.wait(loops, timeout=60)
