"""The age of the oldest record that a group has not finished with."""

from aiokafka import TopicPartition
from prometheus_client import REGISTRY

from shoal.messaging.consuming.ages import Ages, Waiting

PARTITION = TopicPartition("samples.ingested", 3)
NOW = 1_000_000.0


class Log:
    """Times of records; counts how often they are read."""

    def __init__(self, times: dict[int, float]) -> None:
        self.times, self.read = times, 0

    async def read_time(self, _partition: TopicPartition, offset: int) -> float | None:
        self.read += 1
        return self.times.get(offset)


def age(group: str) -> float | None:
    labels = {"topic": PARTITION.topic, "group": group, "partition": "3"}
    return REGISTRY.get_sample_value("shoal_messaging_lag_seconds", labels)


async def test_a_partition_without_waiting_records_has_age_zero() -> None:
    log = Log({})
    ages = Ages(log.read_time, lambda: NOW)
    await ages.note("empty", Waiting(PARTITION, 7, 7), None)
    ages.refresh("empty")
    assert (age("empty"), log.read) == (0, 0)


async def test_a_record_in_hand_is_not_read_again() -> None:
    log = Log({})
    ages = Ages(log.read_time, lambda: NOW)
    await ages.note("busy", Waiting(PARTITION, 7, 9), NOW - 30)
    ages.refresh("busy")
    assert (age("busy"), log.read) == (30, 0)


async def test_a_group_that_stands_still_grows_older_and_costs_one_reading() -> None:
    log, now = Log({7: NOW - 5}), [NOW]
    ages = Ages(log.read_time, lambda: now[0])
    for _ in range(3):
        await ages.note("stuck", Waiting(PARTITION, 7, 9), None)
        ages.refresh("stuck")
        now[0] += 10
    assert (age("stuck"), log.read) == (25, 1)


async def test_a_record_that_cannot_be_read_is_as_old_as_it_waits_here() -> None:
    log, now = Log({}), [NOW]
    ages = Ages(log.read_time, lambda: now[0])
    await ages.note("unread", Waiting(PARTITION, 7, 9), None)
    now[0] += 40
    ages.refresh("unread")
    assert age("unread") == 40


async def test_times_in_the_future_are_age_zero() -> None:
    ages = Ages(Log({7: NOW + 50}).read_time, lambda: NOW)
    await ages.note("future", Waiting(PARTITION, 7, 9), None)
    ages.refresh("future")
    assert age("future") == 0


async def test_a_partition_that_another_replica_reads_disappears() -> None:
    ages = Ages(Log({7: NOW}).read_time, lambda: NOW)
    await ages.note("moved", Waiting(PARTITION, 7, 9), None)
    ages.refresh("moved")
    ages.forget("moved", PARTITION)
    ages.refresh("moved")
    assert age("moved") is None
    ages.forget("moved", PARTITION)
