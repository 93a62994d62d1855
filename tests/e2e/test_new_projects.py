"""A project, a key and its end hold at every service once ingest has answered."""

import time
from contextlib import ExitStack
from typing import Any

import httpx
import pytest

from e2e.client import Client, eventually
from e2e.conftest import Running
from shoal_local.services import LocalShoal

pytestmark = [pytest.mark.servers, pytest.mark.timeout(900)]
GUIDELINE = {"title": "Topics", "label_schema": {"classes": [{"name": "grain"}, {"name": "trade"}]}}
CAMPAIGN = {"name": "all", "strategy": {"kind": "random", "share": 1.0}, "budget": {"votes": 30}}
ADMIN = "an administrator's key"
SLACK_S = 10.0  # of a busy machine; a name is waited for for five seconds


async def test_fifty_projects_are_used_at_every_service_at_once(running: Running) -> None:
    async with httpx.AsyncClient(timeout=30) as http:
        client = Client(running.shoal, http)
        for number in range(50):
            path = f"/v1/projects/new-{number}"
            await client.done("ingest", "POST", "/v1/projects", json={"project": f"new-{number}"})
            await client.done("qa", "POST", f"{path}/guidelines", json=GUIDELINE)
            await client.done("sampler", "POST", f"{path}/campaigns", json=CAMPAIGN)
            await client.done("labeling-gateway", "GET", f"{path}/progress")


async def test_a_project_that_does_not_exist_is_refused_within_seconds(running: Running) -> None:
    async with httpx.AsyncClient(timeout=30) as http:
        client = Client(running.shoal, http)
        began = time.monotonic()
        assert (await client.ask("qa", "GET", "/v1/projects/nwsdesk/metrics")).status_code == 404
        assert time.monotonic() - began < 5 + SLACK_S
        await client.done("ingest", "POST", "/v1/projects", json={"project": "nwsdesk"})
        await client.done("qa", "GET", "/v1/projects/nwsdesk/metrics")  # its creation ends the refusals


async def test_keys_hold_from_their_creation_to_their_end(running: Running) -> None:
    with ExitStack() as opened:
        more = {"SHOAL_POSTGRES_DSN": running.dsn, "SHOAL_ADMIN_KEY": ADMIN, "SHOAL_ROLE": "http"}
        more["SHOAL_AUDIT_SALT"] = "a salt for the tests"
        names = ("ingest", "sampler", "labeling-gateway", "qa")
        shoal = opened.enter_context(LocalShoal(running.stack, names, environment=more))
        with httpx.Client(timeout=30) as http:

            def ask(service: str, method: str, path: str, key: str, **options: Any) -> httpx.Response:
                headers = {"authorization": f"Bearer {key}"}
                return http.request(method, shoal.urls[service] + path, headers=headers, **options)

            ask("ingest", "POST", "/v1/projects", ADMIN, json={"project": "keys"}).raise_for_status()
            for _ in range(10):
                answer = ask("ingest", "POST", "/v1/projects/keys/keys", ADMIN, json={"roles": ["operator"]})
                key = answer.raise_for_status().json()
                for service, path in (
                    ("qa", "metrics"),
                    ("sampler", "campaigns"),
                    ("labeling-gateway", "queue"),
                ):
                    path = f"/v1/projects/keys/{path}"
                    assert ask(service, "GET", path, key["key"]).status_code == 200
                address = f"/v1/projects/keys/keys/{key['key_id']}"
                ask("ingest", "DELETE", address, ADMIN).raise_for_status()
                assert ask("ingest", "GET", "/v1/projects", key["key"]).status_code == 401

                async def is_refused(key: str = key["key"]) -> bool:
                    return ask("qa", "GET", "/v1/projects/keys/metrics", key).status_code == 401

                await eventually(is_refused, 60)  # a tenth of a second where nothing else runs
