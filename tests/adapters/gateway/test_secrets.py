"""Secrets and addresses of vendors: checked when set, sent to their address only, and never repeated."""

import json

import pytest

from adapters.gateway.servicekit import RunningGateway, running_gateway, wait_until
from hostilevendor import HostileVendor
from vendorkit import serve_vendor

pytestmark = pytest.mark.servers
SECRET = "whsec_" + "eHh4" * 10
KEY = "planted-key-0123456789"
BAD_SETTINGS = [
    ("webhook_secret", "whsec_"),
    ("webhook_secret", "whsec_not base64!!"),
    ("webhook_secret", "whsec_eHh4"),
    ("webhook_secret", "whsec_" + "eHh4" * 30),
    ("webhook_secret", "short"),
    ("webhook_secret", "whsec_" + "eHh4" * 10 + "\n"),
    ("webhook_secret", "x" * 65),
    ("webhook_secret", ""),
    ("api_key", "ключ"),
    ("api_key", "two words"),
    ("api_key", "line\nbreak"),
    ("api_key", "\x7f"),
    ("base_url", "https://user:secret@vendor.example/api"),
    ("base_url", "https://user@vendor.example/api"),
    ("base_url", "https://vendor.example/api?key=secret"),
    ("base_url", "https://vendor.example/api?"),
    ("base_url", "https://vendor.example/api#part"),
    ("base_url", "ftp://vendor.example/api"),
    ("base_url", "file:///etc/passwd"),
    ("base_url", "https://vendor.example/" + "a" * 2000),
    ("base_url", "http://10.0.0.1/"),
    ("base_url", "http://169.254.169.254/latest"),
    ("base_url", "http://[fe80::1]/"),
    ("base_url", "http://[::ffff:10.0.0.1]/"),
    ("base_url", "http://0.0.0.0/"),
    ("base_url", "http://2886729729/"),
    ("base_url", "http://0x0a000001/"),
    ("base_url", "http://[::1]/"),
]


async def test_what_is_set_is_checked_and_what_is_stored_is_kept_safe(migrated_dsn: str) -> None:
    async with running_gateway(migrated_dsn) as gateway:
        gateway.project("news")
        for field, value in BAD_SETTINGS:
            settings = {"base_url": "https://vendor.example/api", field: value}
            answer = await gateway.provider("news", "acme", **settings)
            assert (answer.status_code, answer.json()["field"]) == (422, field), (value, answer.text)
            assert answer.json()["fix"]
            assert "secret@" not in answer.text
        await check_secrets(gateway)
        await check_the_key_s_address(gateway)
        await check_callers_without_a_signature(gateway)


async def check_secrets(gateway: RunningGateway) -> None:
    for secret in (SECRET, "whsec_" + "eHh4" * 8 + "eHg", "whsec_" + "eHh4" * 8 + "eHg=", "x" * 24, "y" * 64):
        settings = {"base_url": "https://vendor.example/api", "webhook_secret": secret}
        answer = await gateway.provider("news", "acme", **settings)
        assert answer.status_code == 200, answer.text
        assert secret not in answer.text
        body = json.dumps({"data": {"annotations": [{}]}}).encode()
        assert (await gateway.webhook("news", "acme", secret, body)).status_code == 400
        assert (await gateway.webhook("news", "acme", "whsec_", body)).status_code == 401


async def check_the_key_s_address(gateway: RunningGateway) -> None:
    first, second = HostileVendor(), HostileVendor()
    async with serve_vendor(first) as url, serve_vendor(second) as other:
        assert (await gateway.provider("news", "keyed", base_url=url, api_key=KEY)).status_code == 200
        assert (await gateway.provider("news", "keyed", base_url=url, price_per_vote=1)).status_code == 200
        answer = await gateway.provider("news", "keyed", base_url=other)
        assert (answer.status_code, answer.json()["field"]) == (422, "api_key")
        assert KEY not in answer.text
        await gateway.job("news", 1, "keyed")
        await wait_until(lambda: _true(bool(first.calls)), "the vendor is called")
        assert {call.headers["authorization"] for call in first.calls} == {f"Bearer {KEY}"}
        assert second.calls == []
        assert (await gateway.provider("news", "keyed", base_url=other, api_key="another")).status_code == 200
        await gateway.job("news", 2, "keyed")
        await wait_until(lambda: _true(bool(second.calls)), "the other vendor is called")
        assert {call.headers["authorization"] for call in second.calls} == {"Bearer another"}


async def check_callers_without_a_signature(gateway: RunningGateway) -> None:
    """A caller learns neither which projects and providers there are, nor which of them has a secret."""
    await gateway.provider("news", "no-secret", base_url="https://vendor.example/api")
    body = b'{"data": {"annotations": [{}]}}'
    targets = [("news", "acme"), ("news", "no-secret"), ("news", "unknown"), ("unknown", "acme")]
    signed = [await gateway.webhook(*target, "a wrong secret of a caller", body) for target in targets]
    bare = [
        await gateway.http.post(f"/v1/webhooks/{provider}?project={project}", json={})
        for project, provider in targets
    ]
    for answers in (signed, bare):
        assert {answer.status_code for answer in answers} == {401}
        assert len({json.dumps({**answer.json(), "instance": ""}) for answer in answers}) == 1, answers


async def test_a_name_that_resolves_to_a_private_address_is_refused_at_the_call(migrated_dsn: str) -> None:
    vendor = HostileVendor()
    async with (
        serve_vendor(vendor) as url,
        running_gateway(migrated_dsn, vendor_networks="10.0.0.0/8") as gateway,
    ):
        gateway.project("news")
        await gateway.pool.execute(
            "INSERT INTO providers (project, name, kind, base_url) VALUES ('news', 'acme', 'generic', $1)",
            url.replace("127.0.0.1", "localhost"),
        )
        await gateway.job("news", 1, "acme")

        async def parked() -> bool:
            return bool((await gateway.status("news")).get("acme", {}).get("intents_parked"))

        await wait_until(parked, "the task is parked")
        assert "not public" in (await gateway.status("news"))["acme"]["last_error"]
    assert vendor.calls == []


async def _true(value: bool) -> bool:
    return value
