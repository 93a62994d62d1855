"""The intent ledger on PostgreSQL: claims, leases, unknown outcomes, the order of a task's intents."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from adapters.gateway.gatewaykit import CROWD, INTENT_LEASE, NOON, Crowd, Gateway, answer, job, request
from shoal_gateway.domain.faults import Fault
from shoal_gateway.domain.intents import Intent, IntentKind, IntentState, Outcome
from shoal_gateway.usecases.errors import ProviderRefused, ProviderUnavailable

pytestmark = pytest.mark.servers
UPSERTS = ("news", "crowd", IntentKind.UPSERT)
INTENTS = "SELECT kind, state, attempts FROM intents ORDER BY seq"
TASKS = "SELECT state, task_ref IS NOT NULL FROM tasks ORDER BY external_id"


def ended(intent: Intent, state: IntentState, error: str | None = None, wait_s: float = 0.0) -> Outcome:
    return Outcome(
        intent_id=intent.intent_id,
        external_id=intent.external_id,
        lease=intent.lease,
        state=state,
        error=error,
        wait_s=wait_s,
    )


async def claim(gateway: Gateway, late: timedelta = timedelta(), limit: int = 50) -> Any:
    return await gateway.ledger.claim(UPSERTS, limit, NOON + late, INTENT_LEASE)


async def test_concurrent_claims_take_every_intent_once(gateway: Gateway) -> None:
    await gateway.create([job(number) for number in range(60)])

    async def claim_all() -> list[str]:
        mine: list[str] = []
        while claimed := await claim(gateway, limit=7):
            mine += [intent.intent_id for intent in claimed]
        return mine

    found = [each for mine in await asyncio.gather(*(claim_all() for _ in range(6))) for each in mine]
    assert len(found) == len(set(found)) == 60


async def test_urgent_jobs_are_claimed_first(gateway: Gateway) -> None:
    await gateway.create([job(number).model_copy(update={"priority": number % 3}) for number in range(9)])
    claimed = [intent.external_id for intent in await claim(gateway, limit=3)]
    assert sorted(claimed) == sorted([await gateway.task_of(f"j{number}") for number in (2, 5, 8)])


async def test_a_claim_expires_and_the_next_knows_that_it_may_be_done(gateway: Gateway) -> None:
    await gateway.create([job(1)])
    (first,) = await claim(gateway)
    assert not first.maybe_done
    assert await claim(gateway, INTENT_LEASE - timedelta(seconds=1)) == []
    (second,) = await claim(gateway, INTENT_LEASE)
    assert (second.intent_id, second.maybe_done) == (first.intent_id, True)


async def test_an_unknown_outcome_is_sent_again_under_the_same_id(gateway: Gateway, crowd: Crowd) -> None:
    await gateway.create([job(1)])
    crowd.failure = ProviderUnavailable("no answer in time", Fault.TIMEOUT)
    await gateway.send_all()
    assert await gateway.rows(INTENTS) == [("upsert", "pending", 1)]
    assert await gateway.dispatch() == 0  # waits
    crowd.failure = None
    gateway.clock.pass_by(timedelta(seconds=2))
    await gateway.send_all()
    assert len(set(crowd.calls)) == 1
    assert crowd.repeats == [False, True]
    assert await gateway.rows(INTENTS) == [("upsert", "done", 2)]
    assert await gateway.rows(TASKS) == [("open", True)]


async def test_an_intent_of_a_crashed_process_goes_to_the_next(gateway: Gateway, crowd: Crowd) -> None:
    await gateway.create([job(1)])
    crowd.failure = asyncio.CancelledError("killed")
    with pytest.raises(asyncio.CancelledError):
        await gateway.dispatch()
    crowd.failure = None
    assert await gateway.dispatch() == 0  # still its claim
    gateway.clock.pass_by(INTENT_LEASE)
    assert await gateway.dispatch() == 1
    assert crowd.repeats == [False, True]
    assert await gateway.rows(TASKS) == [("open", True)]


async def test_an_expired_claim_cannot_release_the_next_one(gateway: Gateway) -> None:
    await gateway.create([job(1)])
    (slow,) = await claim(gateway)
    (holder,) = await claim(gateway, INTENT_LEASE)
    late = NOON + INTENT_LEASE + timedelta(seconds=1)
    await gateway.ledger.record([ended(slow, IntentState.PENDING, "timeout")], late)
    assert await claim(gateway, INTENT_LEASE + timedelta(seconds=1)) == []  # the holder is at work
    await gateway.ledger.record([ended(slow, IntentState.PARKED, "given up")], late)
    await gateway.ledger.record([ended(holder, IntentState.DONE)], late)
    assert await gateway.rows(INTENTS) == [("upsert", "done", 2)]
    assert (await gateway.rows(TASKS))[0][0] == "open"
    await gateway.ledger.record([ended(slow, IntentState.PARKED, "given up")], late)
    assert await gateway.rows(INTENTS) == [("upsert", "done", 2)]


async def test_refused_intents_are_parked_with_the_reason_until_the_provider_is_fixed(
    gateway: Gateway, crowd: Crowd
) -> None:
    await gateway.create([job(1), job(2)])
    crowd.failure = ProviderRefused("401 wrong key", everything=True)
    await gateway.send_all()
    assert await gateway.rows("SELECT state, error FROM intents") == [("parked", "401 wrong key")] * 2
    assert await gateway.rows("SELECT state, error FROM tasks") == [("parked", "401 wrong key")] * 2
    crowd.failure = None
    assert await gateway.configs.put(CROWD) == 2
    await gateway.send_all()
    assert await gateway.rows("SELECT DISTINCT state, error FROM tasks") == [("open", None)]


async def test_a_task_s_intents_keep_their_order(gateway: Gateway, crowd: Crowd) -> None:
    await gateway.create([job(1)])
    await gateway.requests([request(1, "more", 1, votes=3)])
    crowd.failure = ProviderUnavailable("away", Fault.UNREACHABLE)
    await gateway.send_all()
    assert {call[0] for call in crowd.calls} == {"upsert"}
    crowd.failure = None
    gateway.clock.pass_by(timedelta(seconds=2))
    await gateway.send_all()
    task = await gateway.task_of("j1")
    assert crowd.calls[1:] == [("upsert", task, 3), ("extend", task, 3)]


@pytest.mark.parametrize("parked", [True, False])
async def test_a_cancellation_is_sent_even_if_the_task_may_not_have_arrived(
    gateway: Gateway, crowd: Crowd, parked: bool
) -> None:
    await gateway.create([job(1)])
    crowd.failure = ProviderRefused("no") if parked else ProviderUnavailable("no answer", Fault.TIMEOUT)
    await gateway.send_all()
    crowd.failure = None
    await gateway.requests([request(1, "cancel", 1)])
    gateway.clock.pass_by(timedelta(seconds=2))
    await gateway.send_all()
    assert [call[0] for call in crowd.calls] == ["upsert", "cancel"]
    states = [("upsert", "parked" if parked else "dropped"), ("cancel", "done")]
    assert [row[:2] for row in await gateway.rows(INTENTS)] == states
    assert (await gateway.rows(TASKS))[0][0] == "cancelled"


async def test_an_answer_that_overtakes_the_receipt_finishes_the_task(gateway: Gateway) -> None:
    await gateway.create([job(1, votes=1)])
    (intent,) = await claim(gateway)
    await gateway.take_in(answer(intent.external_id, "ann", "x"))
    await gateway.ledger.record([ended(intent, IntentState.DONE)], NOON)
    assert (await gateway.rows(TASKS))[0][0] == "done"


async def test_a_task_waits_for_its_guideline_without_using_up_attempts(
    gateway: Gateway, crowd: Crowd
) -> None:
    later = job(1).guideline.model_copy(update={"major": 2})
    await gateway.create([job(1).model_copy(update={"guideline": later})])
    await gateway.send_all()
    assert crowd.calls == []
    assert (await gateway.rows(INTENTS))[0][:2] == ("upsert", "pending")
