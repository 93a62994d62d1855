"""One bad annotation or webhook stops no other; what was parked can be replayed."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from adapters.gateway.gatewaykit import CROWD, Gateway, answer, job
from adapters.gateway.servicekit import RunningGateway, running_gateway, wait_until
from hostilevendor import HostileVendor
from vendorkit import annotation, serve_vendor

pytestmark = pytest.mark.servers
SECRET = "whsec_" + "eHh4" * 10


async def test_an_annotation_that_no_store_can_hold_is_refused_and_its_neighbours_are_stored(
    gateway: Gateway,
) -> None:
    await gateway.create([job(1), job(2)])
    await gateway.send_all()
    first, second = await gateway.task_of("j1"), await gateway.task_of("j2")
    bad = replace(answer(first, "b", "x"), duration_s=float("nan"), reason="a\x00b", revision=2**40)
    async with gateway.database.transaction() as tx:
        fresh = await gateway.record.isolate(
            tx, CROWD, [answer(first, "a", "x"), bad, answer(second, "a", "y")], "poll"
        )
    assert [item.annotation.annotator for item in fresh] == ["a", "a"]
    assert len(await gateway.rows("SELECT * FROM annotations")) == 2


async def test_an_unreadable_webhook_is_parked_with_its_reason_and_the_others_go_on(gateway: Gateway) -> None:
    await gateway.create([job(1)])
    await gateway.send_all()
    task = await gateway.task_of("j1")
    insert = (
        "INSERT INTO webhook_inbox (project, provider, webhook_id, annotations)"
        " VALUES ('news', 'crowd', 'bad', $1)"
    )
    await gateway.pool.execute(insert, [{"external_id": task, "no": "annotation"}])
    await gateway.inbox.keep(CROWD, "good", [answer(task, "a", "x")])
    for _ in range(4):
        await gateway.drain()
        gateway.clock.pass_by(timedelta(minutes=2))
    state = "SELECT webhook_id, done, parked, error FROM webhook_inbox ORDER BY webhook_id"
    assert await gateway.rows(state) == [
        ("bad", False, True, "processing failed with KeyError"),
        ("good", True, False, None),
    ]
    assert len(await gateway.rows("SELECT * FROM annotations")) == 1
    await gateway.pool.execute("UPDATE webhook_inbox SET annotations = '[]' WHERE webhook_id = 'bad'")
    await gateway.configs.put(CROWD)  # an operator's "again"
    await gateway.drain()
    assert (await gateway.rows(state))[0][1] is True


async def test_a_webhook_waits_out_an_outage(gateway: Gateway) -> None:
    await gateway.create([job(1)])
    await gateway.inbox.keep(CROWD, "w1", [answer(await gateway.task_of("j1"), "a", "x")])

    async def outage(*_: object) -> None:
        raise ConnectionError("PostgreSQL is away")

    for _ in range(5):
        assert await gateway.inbox.drain(CROWD.key, outage)
        assert await gateway.drain() == 0
        gateway.clock.pass_by(timedelta(minutes=2))
    assert await gateway.drain() == 1
    assert len(await gateway.rows("SELECT * FROM annotations")) == 1


BAD = {
    "year 1": {"submitted_at": "0001-01-01T00:00:00+01:00"},
    "an unset date": {"submitted_at": "0001-01-01T00:00:00Z"},
    "the last year": {"submitted_at": "9999-12-31T23:59:59Z"},
    "milliseconds as seconds": {"submitted_at": 1772366400000000},
    "a nul": {"annotator": "a\x00"},
    "a long annotator": {"annotator": "w" * 201},
    "a long id": {"annotation_id": "w" * 201},
    "an empty id": {"annotation_id": ""},
    "a huge price": {"price": 1e300},
    "a negative price": {"price": -1},
    "a price that is text": {"price": "much"},
    "a huge revision": {"revision": 2**31},
    "revision 0": {"revision": 0},
    "a reason that is a number": {"answer": {"reason": 7}, "action": "skipped"},
    "another action": {"action": "guessed"},
    "a list as label": {"answer": {"label": ["x"]}},
    "another label": {"answer": {"label": "z"}},
    "another task": {"external_id": "none"},
    "half a surrogate pair": {"annotator": "\ud800"},
    "a huge number": {"revision": 10**400},
}


async def test_bad_annotations_of_webhooks_and_feeds_are_refused_beside_good_ones(migrated_dsn: str) -> None:
    vendor = HostileVendor()
    async with serve_vendor(vendor) as url, running_gateway(migrated_dsn) as gateway:
        for project in ("news", "sport"):
            gateway.project(project)
            answer = await gateway.provider(project, "acme", base_url=url, webhook_secret=SECRET)
            assert answer.status_code == 200
        jobs = [await gateway.job("news", number, "acme", votes=2) for number in range(2)]
        await gateway.job("sport", 1, "acme")
        await wait_until(lambda: _true(len(vendor.tasks) == 3), "the tasks are sent")
        tasks = [await gateway.task_of(job) for job in jobs]
        items = [
            {**annotation(tasks[0], "w"), "annotation_id": f"b{n}", **bad}
            for n, bad in enumerate(BAD.values())
        ]
        body = _webhook([*items, annotation(tasks[0], "good")])
        receipt = (await gateway.webhook("news", "acme", SECRET, body)).json()
        assert receipt["accepted"] == 1, receipt
        assert [entry["index"] for entry in receipt["refused"]] == list(range(len(BAD)))
        assert all(entry["field"] and entry["detail"] for entry in receipt["refused"])
        vendor.feed += [*items, annotation(tasks[1], "good")]
        votes = "SELECT count(*) FROM annotations WHERE project = 'news'"
        await wait_until(lambda: _is(gateway.count(votes), 2), "both good annotations are stored")
        await wait_until(lambda: _is_read(gateway), "no failure is left")
        status = (await gateway.status("news"))["acme"]
        assert (status["votes"], status["webhooks_parked"]) == (2, 0)
        assert status["refused_annotations"] >= len(BAD) - 4  # those with a stored id count once


async def _is_read(gateway: RunningGateway) -> bool:
    """Return whether the feed was read; a call that took too long on a busy machine is made again."""
    return (await gateway.status("news"))["acme"]["feed_failures"] == 0


def _webhook(items: list[object]) -> bytes:
    return json.dumps({"type": "annotations.changed", "data": {"annotations": items}}).encode()


async def _true(value: bool) -> bool:
    return value


async def _is(count: object, expected: int) -> bool:
    return await count == expected  # type: ignore[misc]
