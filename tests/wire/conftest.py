"""A broker that the tests of a file may stop for a while."""

from collections.abc import Iterator
from typing import Any

import pytest

from shoal.messaging import KafkaSettings
from shoal_local.stack import Stack
from wire.wirekit import kafka_settings


@pytest.fixture(scope="module")
def broker() -> Iterator[Any]:
    """Yield the broker; a test that freezes it lets it go on."""
    with Stack(servers=frozenset({"kafka"})) as stack:
        yield stack.servers["kafka"]


@pytest.fixture
def settings(broker: Any) -> KafkaSettings:
    """Return settings for the broker."""
    return kafka_settings(broker.bootstrap)
