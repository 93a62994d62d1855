"""However a vendor answers, the vendors of other projects go on, and the error is its own."""

import asyncio
from contextlib import AsyncExitStack

import pytest

from adapters.gateway.servicekit import RunningGateway, running_gateway, wait_until
from hostilevendor import BROKEN, RECEIPTS, TRICKS, HostileVendor
from vendorkit import annotation, serve_vendor

pytestmark = pytest.mark.servers
JOBS = 10
HONEST = ("news", "sport")


def provider_of(trick: str) -> str:
    """Return a trick as the name of a provider."""
    return trick.replace(" ", "-")


async def test_the_vendors_of_two_projects_go_on_beside_every_hostile_one(migrated_dsn: str) -> None:
    async with AsyncExitStack() as stack:
        gateway = await stack.enter_async_context(running_gateway(migrated_dsn))
        for project in ("evil", *HONEST):
            gateway.project(project)
        for trick in TRICKS:
            url = await stack.enter_async_context(serve_vendor(HostileVendor(trick=trick)))
            answer = await gateway.provider("evil", provider_of(trick), base_url=url)
            assert answer.status_code == 200, answer.text
            await gateway.job("evil", 1, provider_of(trick))
        vendors = {project: HostileVendor() for project in HONEST}
        for project, vendor in vendors.items():
            url = await stack.enter_async_context(serve_vendor(vendor))
            await gateway.provider(project, "honest", base_url=url)
        await wait_until(lambda: all_failed(gateway), "every broken vendor has an error of its own")
        await asyncio.gather(*(work_off(gateway, project, vendor) for project, vendor in vendors.items()))
        await check_the_hostile(gateway)
        for project in HONEST:
            await wait_until(lambda project=project: is_well(gateway, project), f"{project} has no error")  # type: ignore[misc]


async def all_failed(gateway: RunningGateway) -> bool:
    statuses = await gateway.status("evil")
    return all(
        statuses.get(provider_of(trick), {}).get("last_error") for trick in BROKEN if trick != "status 299"
    )


async def work_off(gateway: RunningGateway, project: str, vendor: HostileVendor) -> None:
    """Check that an honest vendor gets its tasks and that its answers come, each within seconds."""
    jobs = [await gateway.job(project, number, "honest") for number in range(JOBS)]
    await wait_until(lambda: _true(len(vendor.tasks) == JOBS), f"{project} is sent its tasks")
    vendor.feed += [annotation(await gateway.task_of(job), "w") for job in jobs]

    async def recorded() -> bool:
        sql = "SELECT count(*) FROM annotations WHERE project = $1"
        return await gateway.count(sql, project) == JOBS

    await wait_until(recorded, f"{project} gets its votes")


async def is_well(gateway: RunningGateway, project: str) -> bool:
    """Return whether all is done without an error; a call that took too long is made again."""
    status = (await gateway.status(project))["honest"]
    return (status["last_error"], status["intents_pending"], status["votes"]) == (None, 0, JOBS)


async def check_the_hostile(gateway: RunningGateway) -> None:
    statuses = await gateway.status("evil")
    for trick in RECEIPTS:
        status = statuses[provider_of(trick)]
        assert status["intents_pending"] + status["intents_parked"] + sum(status["tasks"].values()) > 0
    for status in statuses.values():
        error = status["last_error"] or ""
        assert len(error) < 400
        assert error.isprintable()
    assert await gateway.count("SELECT count(*) FROM annotations WHERE project = 'evil'") == 0


async def _true(value: bool) -> bool:
    return value
