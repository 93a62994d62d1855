"""Vendors that answer nonsense, endlessly or never cost the other projects nothing."""

from contextlib import AsyncExitStack

import pytest

from chaos.books import CLASSES, make_item
from chaos.conftest import Chaos
from e2e.client import eventually
from hostilevendor import HostileVendor
from vendorkit import serve_vendor

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(900), pytest.mark.asyncio(loop_scope="session")]

TRICKS = (
    *("silence", "slow bytes", "endless body", "no http", "gzip bomb", "bad gzip", "deep json"),
    *("endless pages", "odd times", "nul in items", "receipts with nul", "receipts for other tasks"),
)


async def test_hostile_vendors_cost_their_own_projects_only(chaos: Chaos) -> None:
    vendors = [HostileVendor(trick=trick) for trick in TRICKS]
    async with AsyncExitStack() as stack:
        for number, vendor in enumerate(vendors):
            await _hire(chaos, f"hostile-{number}", await stack.enter_async_context(serve_vendor(vendor)))
        async with chaos.load("beside-hostile-vendors"):
            await eventually(lambda: _all_were_called(vendors))


async def _hire(chaos: Chaos, project: str, address: str) -> None:
    """Give a project to a hostile vendor, with samples that it has to label."""
    await chaos.client.project(project, CLASSES)
    provider = {"kind": "generic", "base_url": address, "default": True}
    path = f"/v1/projects/{project}"
    await chaos.client.done("labeling-gateway", "PUT", f"{path}/providers/crowd", json=provider)
    strategy = {"kind": "random", "share": 1.0}
    await chaos.client.campaign(project, name="all", strategy=strategy, budget={"votes": 30})
    await chaos.client.send([make_item(project, number) for number in range(20)])


async def _all_were_called(vendors: list[HostileVendor]) -> bool:
    """Return whether every vendor was asked for annotations and sent tasks."""
    return all({call.method for call in vendor.calls} >= {"GET", "POST"} for vendor in vendors)
