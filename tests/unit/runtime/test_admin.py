"""What the probes answer, by role and by the state of parts and servers."""

from typing import Any

import httpx
import pytest

from shoal.messaging import Health
from shoal.runtime.admin import State, admin_app
from shoal.runtime.dependencies import PARTS, Dependency, DependencyWatch, Part
from shoal.runtime.starting import Starting

AWAY = Health("group:topic", alive=True, ready=False, detail="Kafka does not answer")
STUCK = Health("group:topic", alive=False, ready=False, detail="has got no further for 400 s")
PAUSED = Health("group:topic", alive=True, ready=True, detail="pauses")
WELL = Health("group:topic", alive=True, ready=True)


async def probe(state: State, name: str) -> tuple[int, list[str], list[str]]:
    """Return status, problems and notes."""
    transport = httpx.ASGITransport(app=admin_app(state))
    async with httpx.AsyncClient(transport=transport, base_url="http://admin") as http:
        answer = await http.get(f"/{name}")
    body = answer.json()
    return answer.status_code, body["problems"], body.get("notes", [])


def service(*parts: Health, **rest: Any) -> State:
    return State(started=True, health=lambda: list(parts), **rest)


async def watched(fault: str, needed_by: frozenset[Part] = PARTS) -> DependencyWatch:
    async def ask() -> str:
        if fault == "error":
            raise OSError(fault)
        return fault

    watch = DependencyWatch(Dependency(name="postgres", ask=ask, needed_by=needed_by))
    await watch.ask()
    return watch


async def test_only_a_standstill_fails_liveness() -> None:
    for part in (AWAY, PAUSED, WELL):
        assert await probe(service(part), "livez") == (200, [], [])
    assert await probe(service(STUCK), "livez") == (503, ["group:topic: has got no further for 400 s"], [])
    assert await probe(service(STUCK), "readyz") == (503, ["group:topic: has got no further for 400 s"], [])


async def test_before_its_start_a_service_says_what_it_waits_for() -> None:
    state = State(starting=Starting("PostgreSQL"), health=lambda: [AWAY])
    expected = ["starting: waits for PostgreSQL", "group:topic: Kafka does not answer"]
    assert await probe(state, "startupz") == (503, expected, [])
    assert await probe(state, "readyz") == (503, expected, [])
    assert await probe(state, "livez") == (200, [], [])
    state.started = True
    assert await probe(state, "startupz") == (200, [], [])
    assert await probe(state, "readyz") == (503, expected[1:], [])


async def test_a_service_that_stops_is_alive_and_not_ready() -> None:
    state = service(WELL, stopping=True)
    assert await probe(state, "readyz") == (503, ["stopping"], [])
    assert await probe(state, "livez") == (200, [], [])
    assert await probe(state, "startupz") == (200, [], [])


async def test_a_pause_is_a_note() -> None:
    assert await probe(service(PAUSED), "readyz") == (200, [], ["group:topic: pauses"])


async def test_kafka_away_is_a_note_where_the_role_works_without_it() -> None:
    fault = "group:topic: Kafka does not answer"
    assert await probe(service(AWAY), "readyz") == (503, [fault], [])
    assert await probe(service(AWAY, needs_kafka=False), "readyz") == (200, [], [fault])


@pytest.mark.parametrize(
    ("role", "needed_by", "status"),
    [
        ("all", PARTS, 503),
        ("all", frozenset({"worker"}), 503),
        ("all", frozenset(), 200),
        ("http", frozenset({"worker"}), 200),
        ("http", PARTS, 503),
        ("worker", frozenset({"worker"}), 503),
        ("worker", frozenset({"http"}), 200),
    ],
)
async def test_a_role_needs_only_the_servers_of_its_work(
    role: str, needed_by: frozenset[Part], status: int
) -> None:
    state = service(WELL, role=role, watches=[await watched("away", needed_by)])
    fault = ["postgres: away"]
    expected = (503, fault, []) if status == 503 else (200, [], fault)
    assert await probe(state, "readyz") == expected
    assert await probe(state, "livez") == (200, [], [])


async def test_a_check_that_fails_or_is_never_made_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    assert (await watched("error")).fault() == "postgres: OSError('error')"
    watch = await watched("")
    assert watch.fault() == ""
    monkeypatch.setattr("shoal.runtime.dependencies.STALE_S", -1.0)
    assert watch.fault() == "postgres: has not been asked for 0 s"
