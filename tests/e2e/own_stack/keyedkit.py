"""Services that ask for keys, on servers with passwords, and every secret that they have."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

from shoal_local.services import LocalShoal
from shoal_local.stack import Stack

ADMIN = "planted-admin-key-7f3a"
SALT = "planted-audit-salt-91bc"
VENDOR_KEY = "planted-vendor-key-44d0"
WEBHOOK_SECRET = "whsec_cGxhbnRlZC13ZWJob29rLXNlY3JldC0xMjM0"
WRONG_KEY = "planted-wrong-key-aa07"
CLASSES = [{"name": "wheat"}, {"name": "gold"}]


@dataclass
class Keyed:
    """Services that ask for keys, on servers with passwords; `answers` collects what they answered."""

    stack: Stack
    shoal: LocalShoal
    answers: list[str] = field(default_factory=list)

    async def ask(
        self, service: str, method: str, path: str, key: str = ADMIN, **request: Any
    ) -> httpx.Response:
        """Send a request with a key."""
        headers = {"authorization": f"Bearer {key}", **request.pop("headers", {})}
        async with httpx.AsyncClient(timeout=30) as http:
            answer = await http.request(method, self.shoal.urls[service] + path, headers=headers, **request)
        self.answers.append(f"{method} {path} {answer.headers} {answer.text}")
        return answer


@contextmanager
def open_keyed() -> Iterator[Keyed]:
    """Run the services, with an administrator's key."""
    with Stack(passwords=True) as stack:
        more = {"SHOAL_ADMIN_KEY": ADMIN, "SHOAL_AUDIT_SALT": SALT, "SHOAL_LOG_LEVEL": "DEBUG"}
        more |= {"SHOAL_POLL_INTERVAL_S": "0.2", "SHOAL_AUDIT_RATE": "0"}
        with LocalShoal(stack, environment=more) as shoal:
            yield Keyed(stack, shoal)


async def make_project(keyed: Keyed) -> dict[str, str]:
    """Create the project with a guideline; return its keys by role."""
    assert (await keyed.ask("ingest", "POST", "/v1/projects", json={"project": "news"})).status_code == 201
    keys = {}
    for role in ("producer", "operator", "annotator"):
        body = {"roles": [role], "annotator": "ann"}
        answer = await keyed.ask("ingest", "POST", "/v1/projects/news/keys", json=body)
        keys[role] = answer.json()["key"]
        keyed.answers.pop()  # the one answer that shows a key
    guideline = {"label_schema": {"classes": CLASSES}}
    answer = await keyed.ask("qa", "POST", "/v1/projects/news/guidelines", keys["operator"], json=guideline)
    assert answer.status_code == 201
    return keys


def secrets_of(keyed: Keyed) -> dict[str, str]:
    """Return every secret but the project's keys, by what it is."""
    password = keyed.stack.postgres_dsn.split(":")[2].partition("@")[0]
    return {
        "admin key": ADMIN,
        "salt": SALT,
        "vendor's key": VENDOR_KEY,
        "webhook secret": WEBHOOK_SECRET.removeprefix("whsec_"),
        "PostgreSQL's password": password,
        "Qdrant's key": keyed.stack.environment["SHOAL_QDRANT_API_KEY"],
        "wrong key": WRONG_KEY,
    }
