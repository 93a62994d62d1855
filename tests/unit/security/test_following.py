"""A revoked key is refused without Kafka: services read changes at ingest."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest
from fastapi import FastAPI, Request
from pydantic import SecretStr
from starlette.responses import JSONResponse, Response

from shoal.clock import utc_now
from shoal.contracts.projects import ApiKey, ProjectChanged
from shoal.runtime.server import bind_address, serve_app, url_of
from shoal.security import Denied, ProjectDirectory, hash_key, new_key
from shoal.security.access import Access
from shoal.security.following import KeyFollower, changes_at

KEY = new_key()
STORED = ApiKey(key_id="k", sha256=hash_key(KEY), roles=("annotator",), annotator="ann")


def event(*keys: ApiKey, later: float = 0) -> ProjectChanged:
    return ProjectChanged(project="news", keys=keys, changed_at=utc_now() + timedelta(seconds=later))


class Changes:
    """Changes of keys, as ingest stores them; `is_away` stands for an outage."""

    def __init__(self) -> None:
        self.events: list[ProjectChanged] = []
        self.times: list[datetime] = []
        self.is_away = False

    async def __call__(self, since: datetime) -> Sequence[ProjectChanged]:
        self.times.append(since)
        if self.is_away:
            raise ConnectionRefusedError
        return [change for change in self.events if change.changed_at >= since]


async def test_a_key_revoked_at_ingest_is_refused_after_the_next_look() -> None:
    directory, changes = ProjectDirectory(), Changes()
    directory.put(event(STORED))
    access = Access(directory, SecretStr("root"))
    principal = await access.principal(f"Bearer {KEY}")
    assert (principal.project, principal.annotator) == ("news", "ann")
    changes.events.append(event(later=1))
    await KeyFollower(directory, changes).step()
    with pytest.raises(Denied):
        await access.principal(f"Bearer {KEY}")


async def test_keys_stay_in_force_while_ingest_is_away_and_are_followed_afterwards() -> None:
    directory, changes = ProjectDirectory(), Changes()
    directory.put(event(STORED))
    follower = KeyFollower(directory, changes)
    changes.events.append(event(later=1))
    changes.is_away = True
    await follower.step()
    assert directory.grant(hash_key(KEY)) is not None
    changes.is_away = False
    await follower.step()
    assert directory.grant(hash_key(KEY)) is None


async def test_a_change_stored_late_with_an_earlier_time_is_not_missed() -> None:
    directory, changes = ProjectDirectory(), Changes()
    follower = KeyFollower(directory, changes)
    changes.events.append(event(STORED))
    await follower.step()
    changes.events.append(event(STORED, later=-30).model_copy(update={"project": "other"}))
    await follower.step()
    assert directory.names() == ["news", "other"]


async def test_a_change_from_a_clock_that_is_ahead_does_not_stop_the_following() -> None:
    directory, changes = ProjectDirectory(), Changes()
    follower = KeyFollower(directory, changes)
    changes.events.append(event(STORED, later=86_400))
    await follower.step()
    await follower.step()
    assert changes.times[-1] < utc_now()


@asynccontextmanager
async def ingest(answer: Response, seen: list[Request]) -> AsyncIterator[str]:
    app = FastAPI()

    @app.get("/v1/projects/changes")
    async def changes(request: Request) -> Response:
        seen.append(request)
        return answer

    sock = bind_address("127.0.0.1", 0)
    async with serve_app(app, sock, graceful_timeout_s=1):
        yield url_of(sock)


async def test_changes_are_read_with_the_installations_key() -> None:
    seen: list[Request] = []
    change = event(STORED)
    answer = JSONResponse({"projects": [change.model_dump(mode="json")]})
    async with ingest(answer, seen) as url:
        assert await changes_at(url, SecretStr("root"))(datetime(2026, 1, 1, tzinfo=UTC)) == [change]
    assert seen[0].headers["authorization"] == "Bearer root"
    assert seen[0].query_params["since"] == "2026-01-01T00:00:00+00:00"


@pytest.mark.parametrize(
    "answer",
    [
        Response("oops", 500),
        Response("", 401),
        Response("not json"),
        JSONResponse({}),
        JSONResponse({"projects": [{"project": 3}]}),
        JSONResponse([]),
        Response("{", media_type="application/json"),
        JSONResponse({"projects": None}),
    ],
)
async def test_an_odd_answer_changes_no_key_and_ends_nothing(answer: Response) -> None:
    directory = ProjectDirectory()
    directory.put(event(STORED))
    async with ingest(answer, []) as url:
        await KeyFollower(directory, changes_at(url, SecretStr("root"))).step()
    assert directory.grant(hash_key(KEY)) is not None
