"""Webhooks are counted by provider and outcome; what strangers send names no series."""

from typing import Any

import httpx
import orjson
import pytest

from adapters.gateway.servicekit import RunningGateway, running_gateway, wait_until
from hostilevendor import HostileVendor
from metricskit import growth, read_series
from vendorkit import annotation, serve_vendor

pytestmark = pytest.mark.servers
SECRET = "whsec_" + "QUJD" * 8
COUNTED = "shoal_gateway_webhooks_total"


def body_of(*items: Any) -> bytes:
    """Return the body of a webhook with annotations."""
    return orjson.dumps({"type": "annotations", "data": {"annotations": list(items)}})


async def test_every_outcome_of_a_webhook_is_counted(migrated_dsn: str) -> None:
    async with running_gateway(migrated_dsn) as gateway, serve_vendor(HostileVendor()) as url:
        gateway.project("hooked")
        await gateway.provider("hooked", "acme", base_url=url, webhook_secret=SECRET)
        job = await gateway.job("hooked", 1, "acme", votes=2)
        sent = "SELECT count(*) FROM tasks WHERE state = 'open'"
        await wait_until(lambda: _is_one(gateway, sent), "the task is at the provider")
        good = body_of(annotation(await gateway.task_of(job), "ann"))
        expected = [
            (await gateway.webhook("hooked", "acme", SECRET, good, number=1), 202),
            (await gateway.webhook("hooked", "acme", SECRET, good, number=1), 202),
            (await gateway.webhook("hooked", "acme", SECRET[:-4] + "QUJE", good, number=2), 401),
            (await gateway.webhook("hooked", "acme", SECRET, b"{}", number=3), 400),
            (await gateway.webhook("hooked", "acme", SECRET, body_of(annotation("no", "a")), number=4), 404),
        ]
        assert [answer.status_code for answer, _ in expected] == [status for _, status in expected]
        assert read_series(COUNTED, project="hooked", provider="acme") == {
            ("accepted",): 1,
            ("repeated",): 1,
            ("refused_signature",): 1,
            ("refused_body",): 1,
            ("refused_annotations",): 1,
            ("unknown_provider",): 0,
            ("failed",): 0,
        }
        calls = read_series("shoal_gateway_vendor_call_seconds_count", project="hooked", provider="acme")
        assert calls["upsert", "ok"] >= 1
        assert read_series("shoal_gateway_task_delivery_seconds_count", project="hooked") == {("acme",): 1}


async def test_a_webhook_to_nobody_names_no_series(migrated_dsn: str) -> None:
    async with running_gateway(migrated_dsn) as gateway:
        with growth(COUNTED) as counted:
            for project, provider in (("strange", "whoever"), ("strange", "inhouse"), ("", "whoever")):
                await _post(gateway, project, provider)
        assert counted == {("", "", "unknown_provider"): 2}


async def test_a_webhook_that_could_not_be_stored_has_failed(migrated_dsn: str) -> None:
    async with running_gateway(migrated_dsn) as gateway:
        await gateway.pool.execute("ALTER TABLE providers RENAME TO elsewhere")
        with growth(COUNTED, outcome="failed") as counted:
            answer = await gateway.webhook("news", "acme", SECRET, b"{}")
        await gateway.pool.execute("ALTER TABLE elsewhere RENAME TO providers")
        assert (answer.status_code, counted) == (503, {("", ""): 1})


async def _is_one(gateway: RunningGateway, sql: str) -> bool:
    return await gateway.count(sql) == 1


async def _post(gateway: RunningGateway, project: str, provider: str) -> httpx.Response:
    return await gateway.webhook(project, provider, SECRET, body_of())
