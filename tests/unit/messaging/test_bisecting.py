"""Halving finds exactly the records that a handler fails on, with few calls."""

import math
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoal.messaging import Received, Rejection, Transient
from shoal.messaging.consuming.bisecting import HANDLER_ERROR, PATIENT_RECORDS, isolate
from shoal.messaging.errors import is_transient
from unit.messaging.messagingkit import received

RECORDS = [received(n) for n in range(64)]


class Handler:
    """Fails on poison, refuses what is refusable, and notes the effects and its calls."""

    def __init__(self, poison: set[int], refused: set[int] = frozenset()) -> None:  # type: ignore[assignment]
        self.poison, self.refused = poison, refused
        self.effects: list[int] = []
        self.calls = 0
        self.cured_after: dict[int, int] = {}

    async def __call__(self, batch: Sequence[Received]) -> Sequence[Rejection]:
        self.calls += 1
        offsets = [record.offset for record in batch]
        for offset in set(offsets) & self.poison:
            self.cured_after[offset] = self.cured_after.get(offset, 10**9) - 1
            if self.cured_after[offset] >= 0:
                raise ZeroDivisionError(offset)
        self.effects += [offset for offset in offsets if offset not in self.refused]
        return [Rejection(record, "refused", "no") for record in batch if record.offset in self.refused]


async def run(handler: Handler, count: int) -> tuple[list[Rejection], list[int]]:
    pauses: list[int] = []

    async def pause(attempt: int) -> None:
        pauses.append(attempt)

    rejections = await isolate(handler, RECORDS[:count], attempts=3, is_transient=is_transient, pause=pause)
    return rejections, pauses


@given(
    count=st.integers(1, 64),
    poison=st.sets(st.integers(0, 63), max_size=6),
    refused=st.sets(st.integers(0, 63), max_size=6),
)
async def test_poison_is_isolated_and_all_else_has_its_effect_once(
    count: int, poison: set[int], refused: set[int]
) -> None:
    handler = Handler(poison, refused)
    rejections, pauses = await run(handler, count)
    here = set(range(count))
    assert handler.effects == sorted(here - poison - refused)
    assert {
        rejection.record.offset for rejection in rejections if rejection.reason == HANDLER_ERROR
    } == poison & here
    assert {rejection.record.offset for rejection in rejections if rejection.reason == "refused"} == (
        refused - poison
    ) & here
    assert pauses == [1, 2] * min(PATIENT_RECORDS, len(poison & here))
    assert handler.calls <= 1 + len(poison & here) * (2 * math.ceil(math.log2(count) + 1) + 2)


async def test_a_record_that_fails_and_then_works_is_not_refused() -> None:
    handler = Handler({5})
    handler.cured_after[5] = 7  # once per halving of 64, and once alone
    rejections, _ = await run(handler, 64)
    assert rejections == []
    assert handler.effects == list(range(64))


@pytest.mark.parametrize("error", [Transient("away"), TimeoutError(), ConnectionResetError()])
async def test_an_outage_is_raised_at_once(error: Exception) -> None:
    calls = 0

    class Away(Handler):
        async def __call__(self, batch: Sequence[Received]) -> Sequence[Rejection]:
            nonlocal calls
            calls += 1
            raise error

    with pytest.raises(type(error)):
        await run(Away(set()), 64)
    assert calls == 1


async def test_a_handler_that_fails_on_everything_costs_few_waits() -> None:
    handler = Handler(set(range(64)))
    rejections, pauses = await run(handler, 64)
    assert [rejection.record.offset for rejection in rejections] == list(range(64))
    assert len(pauses) == 2 * PATIENT_RECORDS
    assert handler.calls < 64 * 2 + 2 * PATIENT_RECORDS
