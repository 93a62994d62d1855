"""Events of two topics are taken in by topic, and those of one job keep their order."""

from collections import defaultdict
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from shoal_gateway.usecases.annotations.recover_annotations import MOST_IN_WAVE, split_waves


@dataclass(frozen=True)
class Fact:
    """A record: its topic, its job and its place."""

    topic: str
    job: str
    place: int

    @property
    def event(self) -> Any:
        """Return what the record is about."""
        return SimpleNamespace(job_id=self.job)


FACTS = st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from("jkl")), max_size=60).map(
    lambda pairs: [Fact(topic, job, place) for place, (topic, job) in enumerate(pairs)]
)


@given(FACTS)
def test_taking_waves_in_by_topic_keeps_the_order_of_every_job(facts: list[Fact]) -> None:
    order: dict[str, list[int]] = defaultdict(list)
    for wave in split_waves(facts):  # type: ignore[arg-type]
        for topic in "ab":
            for fact in wave:
                if fact.topic == topic:
                    order[fact.event.job_id].append(fact.place)
    assert sum(map(len, order.values())) == len(facts)
    assert all(places == sorted(places) for places in order.values())


def test_events_of_many_jobs_are_few_waves() -> None:
    facts = [Fact("ab"[place % 2], f"j{place}", place) for place in range(3 * MOST_IN_WAVE)]
    assert [len(wave) for wave in split_waves(facts)] == [MOST_IN_WAVE] * 3  # type: ignore[arg-type]
