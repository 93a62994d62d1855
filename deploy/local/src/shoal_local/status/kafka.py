"""What waits on Kafka: records that consumers have not read, and dead letters by reason."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from aiokafka.errors import KafkaError

from shoal.contracts.topics import TOPICS, dead_letter_topic
from shoal.messaging.clients.access import check_access
from shoal.messaging.clients.backlog import count_backlog
from shoal.messaging.clients.settings import KafkaSettings
from shoal.messaging.dead_letters.replay import count_letters, pending_letters
from shoal.messaging.errors import AccessRefused
from shoal_local.status.services import Readiness

CLIENT = "shoal-status"
TIMEOUT_S = 30.0
_AT_ONCE = 8  # clients of the broker
_MOST_LETTERS = 1000  # read to count reasons


@dataclass(frozen=True, slots=True)
class Backlog:
    """The records on a topic, and those that a consumer group has not processed."""

    topic: str
    group: str
    records: int
    behind: int


@dataclass(frozen=True, slots=True)
class Letters:
    """Pending dead letters of a topic and group with one reason."""

    topic: str
    group: str
    reason: str
    pending: int


@dataclass(frozen=True, slots=True)
class KafkaStatus:
    """What waits on Kafka; nothing if it does not answer."""

    readiness: Readiness
    backlog: Sequence[Backlog] = ()
    dead_letters: Sequence[Letters] = ()


async def read_kafka(settings: KafkaSettings) -> KafkaStatus:
    """Return what waits on Kafka."""
    try:
        async with asyncio.timeout(TIMEOUT_S):
            await check_access(settings, CLIENT)
            backlog, letters = await _read_topics(settings)
    except (AccessRefused, KafkaError, OSError, TimeoutError) as error:
        reason = str(error) or f"no answer within {TIMEOUT_S:.0f} s"
        return KafkaStatus(Readiness("Kafka", settings.bootstrap, "no answer", reason))
    return KafkaStatus(Readiness("Kafka", settings.bootstrap, "ready", ""), backlog, letters)


async def _read_topics(settings: KafkaSettings) -> tuple[list[Backlog], list[Letters]]:
    limit = asyncio.Semaphore(_AT_ONCE)
    pairs = [(topic.name, group) for topic in TOPICS.values() for group in topic.groups]

    async def backlog(topic: str, group: str) -> Backlog:
        async with limit:
            return Backlog(topic, group, *await count_backlog(settings, CLIENT, topic, group))

    async def letters(topic: str, group: str) -> list[Letters]:
        async with limit:
            return await _read_letters(settings, topic, group)

    counts = [await backlog(*pairs[0])]  # alone: if the broker is away, one client says so
    counts += await asyncio.gather(*(backlog(*pair) for pair in pairs[1:]))
    piles = await asyncio.gather(*(letters(*pair) for pair in pairs))
    return counts, [row for pile in piles for row in pile]


async def _read_letters(settings: KafkaSettings, topic: str, group: str) -> list[Letters]:
    """Return the pending letters by reason; beyond the first 1,000 the reason is open."""
    name = dead_letter_topic(topic, group)
    pile = await count_letters(settings, name)
    if not pile.pending:
        return []
    letters = await pending_letters(settings, name, _MOST_LETTERS)
    reasons = Counter(letter.facts.get("reason", "unreadable") for letter in letters)
    if (rest := pile.pending - len(letters)) > 0:
        reasons["not read"] = rest
    return [Letters(topic, group, reason, count) for reason, count in reasons.most_common()]
