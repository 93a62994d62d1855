"""Waiting for a project: until its samples are decided on, its jobs settled, and its quality measured."""

import asyncio
import time
from collections.abc import Awaitable, Callable

from shoal_local.demo.api import Api

PATIENCE_S = 120.0
LOOK_S = 0.4


class ProjectWaits:
    """Waits for one project, by the services' HTTP APIs. Raises TimeoutError after PATIENCE_S."""

    def __init__(self, api: Api, project: str) -> None:
        self._api = api
        self._project = project
        self._path = f"/v1/projects/{project}"

    async def until_decided(self, expected: int) -> None:
        """Wait until the sampler has decided on so many samples, and none waits for its window."""

        async def holds() -> bool:
            answer = await self._api.ask("sampler", "GET", f"{self._path}/campaigns")
            return bool(answer["samples_decided"] >= expected and not answer["samples_waiting"])

        await self._until(f"{expected} samples are decided on", holds)

    async def until_settled(self) -> None:
        """Wait until every job of the campaigns has reached qa and is no longer open."""

        async def holds() -> bool:
            campaigns = (await self._api.ask("sampler", "GET", f"{self._path}/campaigns"))["campaigns"]
            jobs_created = sum(campaign["counts"]["jobs"] for campaign in campaigns)
            jobs = (await self._api.ask("qa", "GET", f"{self._path}/metrics"))["jobs"]
            return bool(sum(jobs.values()) == jobs_created and not jobs.get("open"))

        await self._until("every job is settled", holds)

    async def until_measured(self) -> None:
        """Wait until qa has measured the project's quality."""

        async def holds() -> bool:
            answer = await self._api.ask("qa", "GET", f"{self._path}/metrics")
            return answer["measured"] is not None

        await self._until("quality is measured", holds)

    async def _until(self, condition: str, holds: Callable[[], Awaitable[bool]]) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while not await holds():
            if time.monotonic() > deadline:
                raise TimeoutError(f"{self._project}: waited {PATIENCE_S:.0f} s in vain until {condition}")
            await asyncio.sleep(LOOK_S)
