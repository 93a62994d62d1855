"""The in-house queue under random histories: never more answers than wanted, and no sample twice."""

from datetime import UTC, datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from shoal_gateway.domain.leases import (
    Assignment,
    Holding,
    QueueEntry,
    Refusal,
    may_answer,
    may_lease,
    new_lease,
)

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
LENGTH = timedelta(minutes=10)
PEOPLE = st.sampled_from(["ann", "bob", "cid", "dee"])


def entry(
    *held: Assignment, votes: int = 1, opened: bool = True, seen_by: tuple[str, ...] = ()
) -> QueueEntry:
    return QueueEntry(opened, votes, held, seen_by)


def held(annotator: str, holding: Holding, until: datetime = START + LENGTH) -> Assignment:
    return Assignment(annotator, holding, until)


def test_a_lease_holds_the_slot_until_it_expires() -> None:
    busy = entry(new_lease("ann", START, LENGTH))
    assert may_lease(busy, "bob", START) is Refusal.FULL
    assert may_lease(busy, "ann", START) is None
    assert may_lease(busy, "bob", START + LENGTH) is None


def test_a_skip_frees_the_slot_for_others_and_not_for_the_same_annotator() -> None:
    skipped = entry(held("ann", Holding.SKIPPED))
    assert may_lease(skipped, "bob", START) is None
    assert may_lease(skipped, "ann", START) is Refusal.ALREADY_SKIPPED


def test_the_same_sample_never_comes_back_in_another_task() -> None:
    assert may_lease(entry(seen_by=("ann",)), "ann", START) is Refusal.SAMPLE_SEEN


def test_a_late_answer_counts_only_while_the_slot_is_free() -> None:
    late = START + LENGTH
    assert may_answer(entry(held("ann", Holding.LEASED)), "ann", late) is None
    taken = entry(held("ann", Holding.LEASED), new_lease("bob", late, LENGTH))
    assert may_answer(taken, "ann", late) is Refusal.FULL


def test_an_existing_answer_may_be_changed_after_the_task_is_closed() -> None:
    assert may_answer(entry(held("ann", Holding.ANSWERED), opened=False), "ann", START) is None
    assert may_answer(entry(opened=False), "ann", START) is Refusal.CLOSED


class Queue(RuleBasedStateMachine):
    """One task, four people, a clock."""

    def __init__(self) -> None:
        super().__init__()
        self.now = START
        self.votes = 2
        self.holds: dict[str, Assignment] = {}
        self.skippers: set[str] = set()

    def entry(self) -> QueueEntry:
        return QueueEntry(True, self.votes, list(self.holds.values()))

    @rule(who=PEOPLE)
    def take(self, who: str) -> None:
        if may_lease(self.entry(), who, self.now) is None:
            assert who not in self.skippers
            self.holds[who] = new_lease(who, self.now, LENGTH)

    @rule(who=PEOPLE)
    def answer(self, who: str) -> None:
        if who in self.holds and may_answer(self.entry(), who, self.now) is None:
            self.holds[who] = held(who, Holding.ANSWERED, self.now)

    @rule(who=PEOPLE)
    def skip(self, who: str) -> None:
        if who in self.holds and self.holds[who].holding is Holding.LEASED:
            self.holds[who] = held(who, Holding.SKIPPED, self.now)
            self.skippers.add(who)

    @rule(minutes=st.integers(1, 20))
    def wait(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @rule()
    def extend(self) -> None:
        self.votes = min(3, self.votes + 1)

    @invariant()
    def never_more_than_wanted(self) -> None:
        occupied = sum(hold.occupies(self.now) for hold in self.holds.values())
        answered = sum(hold.holding is Holding.ANSWERED for hold in self.holds.values())
        assert answered <= occupied <= self.votes


Queue.TestCase.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
TestQueue = Queue.TestCase
