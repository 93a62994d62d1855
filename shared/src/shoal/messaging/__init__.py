"""Kafka for services: typed batches in, durable publishing out, and nothing lost in between."""

from shoal.messaging.broadcast import Broadcast
from shoal.messaging.connection import Messaging, connect
from shoal.messaging.consumer import CapPolicy, Consumer, RetryPolicy
from shoal.messaging.encoding import encode
from shoal.messaging.errors import AccessRefused, MessageTooLarge, PublishFailed, Transient
from shoal.messaging.health import Health
from shoal.messaging.messages import OutgoingMessage, Publisher, Received, Rejection
from shoal.messaging.settings import KafkaSettings

__all__ = [
    "AccessRefused",
    "Broadcast",
    "CapPolicy",
    "Consumer",
    "Health",
    "KafkaSettings",
    "MessageTooLarge",
    "Messaging",
    "OutgoingMessage",
    "PublishFailed",
    "Publisher",
    "Received",
    "Rejection",
    "RetryPolicy",
    "Transient",
    "connect",
    "encode",
]
