"""Records that nobody can process, on every topic while samples flow: set aside, and nothing else stops."""

from collections import defaultdict

import pytest

from chaos.conftest import Chaos
from chaos.letters import POISON, all_letters
from chaos.poison import KINDS, poison_every_topic, poison_key, topics_with_readers
from e2e.client import eventually

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(900), pytest.mark.asyncio(loop_scope="session")]


async def test_every_kind_of_poison_on_every_topic(chaos: Chaos) -> None:
    async with chaos.load("poison"):
        await poison_every_topic(chaos.stack)
        await eventually(lambda: _all_are_set_aside(chaos))
    async with chaos.load("after-poison"):  # also the compacted topics deliver what is new
        pass


async def _all_are_set_aside(chaos: Chaos) -> bool:
    kinds: dict[str, set[bytes]] = defaultdict(set)
    for letter in await all_letters(chaos.stack):
        if letter.key.startswith(POISON):
            kinds[letter.topic].add(letter.key)
    names = [name for topic in topics_with_readers() for name in topic.dead_letters]
    return all(kinds[name] == {poison_key(kind) for kind in KINDS} for name in names)
