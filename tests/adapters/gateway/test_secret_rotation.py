"""A vendor's webhook secret changes: the former one is accepted for a while, and ends when it must."""

import json

import pytest

from adapters.gateway.servicekit import RunningGateway, running_gateway
from adapters.gateway.test_webhook_metrics import body_of
from hostilevendor import HostileVendor
from vendorkit import annotation, serve_vendor

pytestmark = pytest.mark.servers
FORMER, PRESENT, OTHER = ("whsec_" + letter * 40 for letter in "XYZ")


async def status_of(gateway: RunningGateway, secret: str, task: str, number: int) -> int:
    """Return the answer's status to a vote signed with `secret`."""
    body = body_of(annotation(task, f"ann{number}"))
    return (await gateway.webhook("news", "acme", secret, body, number=number)).status_code


async def test_both_secrets_are_accepted_between_the_steps_of_a_rotation(migrated_dsn: str) -> None:
    async with running_gateway(migrated_dsn) as gateway, serve_vendor(HostileVendor()) as url:
        gateway.project("news")
        await gateway.provider("news", "acme", base_url=url, webhook_secret=FORMER)
        task = await gateway.task_of(await gateway.job("news", 1, "acme", votes=9))
        changed = await gateway.provider("news", "acme", base_url=url, webhook_secret=PRESENT)
        assert changed.json()["former_secret_until"] is not None
        assert FORMER not in changed.text
        assert await status_of(gateway, FORMER, task, 1) == 202
        assert await status_of(gateway, PRESENT, task, 2) == 202
        assert await status_of(gateway, OTHER, task, 3) == 401
        again = await gateway.provider("news", "acme", base_url=url, webhook_secret=PRESENT)
        assert again.json()["former_secret_until"] == changed.json()["former_secret_until"]
        assert await status_of(gateway, FORMER, task, 4) == 202  # the same request twice changes nothing
        await gateway.provider("news", "acme", base_url=url, keep_webhook_secret_h=0)
        assert await status_of(gateway, FORMER, task, 5) == 401
        assert await status_of(gateway, PRESENT, task, 6) == 202


async def test_a_secret_that_others_know_ends_with_its_change(migrated_dsn: str) -> None:
    async with running_gateway(migrated_dsn) as gateway, serve_vendor(HostileVendor()) as url:
        gateway.project("news")
        await gateway.provider("news", "acme", base_url=url, webhook_secret=FORMER)
        task = await gateway.task_of(await gateway.job("news", 1, "acme", votes=9))
        leaked = {"webhook_secret": PRESENT, "keep_webhook_secret_h": 0}
        await gateway.provider("news", "acme", base_url=url, **leaked)
        assert await status_of(gateway, FORMER, task, 1) == 401
        assert await status_of(gateway, PRESENT, task, 2) == 202
        listed = (await gateway.http.get("/v1/projects/news/providers")).text
        assert FORMER not in listed
        assert json.loads(listed)["providers"][0]["has_webhook_secret"] is True
