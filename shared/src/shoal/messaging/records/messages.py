"""Outgoing messages, received events and rejections."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, Protocol

from typing_extensions import TypeVar

from shoal.contracts.base import Event
from shoal.contracts.envelope import Envelope

E = TypeVar("E", bound=Event, default=Any)

Headers = tuple[tuple[str, bytes], ...]

BAD_NAME = "shoal_bad_header_name"
"""Header that the client adds to a record with a header name that is not UTF-8; its value is that name."""


@dataclass(frozen=True, slots=True)
class OutgoingMessage:
    """One record for Kafka: CloudEvents attributes in the headers, the event in the value."""

    topic: str
    key: bytes | None
    value: bytes
    headers: Headers


@dataclass(frozen=True, slots=True, kw_only=True)
class Received(Generic[E]):
    """One event from Kafka. `id` is the envelope's: an event that is sent twice has the same id."""

    event: E
    id: str
    envelope: Envelope
    topic: str
    partition: int
    offset: int
    timestamp: datetime  # when the broker or the producer wrote the record, timezone-aware


@dataclass(frozen=True, slots=True)
class Rejection:
    """A record that can never be processed.

    `reason` is a snake_case word of a fixed set, used as a metric's label; `detail` names the field and the
    fix.
    """

    record: Received
    reason: str
    detail: str


@dataclass(frozen=True, slots=True)
class RejectedItem:
    """An item of a batch that a use case can never process, by its index in the batch.

    `reason` and `detail` are those of Rejection.
    """

    index: int
    reason: str
    detail: str

    def rejection(self, batch: Sequence[Received]) -> Rejection:
        """Return the rejection of the item's record in `batch`."""
        return Rejection(batch[self.index], self.reason, self.detail)


class Publisher(Protocol):
    """Publishes messages durably."""

    async def publish(self, messages: Sequence[OutgoingMessage]) -> None:
        """Return when the broker has acknowledged every message; messages with the same key keep their order.

        Raises PublishFailed if a message was not acknowledged; all of them may then be published again.
        """

    async def publish_promptly(self, messages: Sequence[OutgoingMessage]) -> None:
        """Publish for a caller who waits.

        Raises PublishFailed within two seconds while Kafka does not answer or takes no records.
        """
