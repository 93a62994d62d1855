"""Kafka for services: consumers of typed batches and durable publishing, without losses."""

from shoal.messaging.broadcasts.broadcast import Broadcast
from shoal.messaging.clients.settings import KafkaSettings
from shoal.messaging.connection import Messaging, connect
from shoal.messaging.consuming.consumer import Consumer, FaultPolicy, RetryPolicy
from shoal.messaging.consuming.health import Health
from shoal.messaging.errors import AccessRefused, MessageTooLarge, PublishFailed, Transient
from shoal.messaging.records.encoding import encode
from shoal.messaging.records.messages import OutgoingMessage, Publisher, Received, RejectedItem, Rejection

__all__ = [
    "AccessRefused",
    "Broadcast",
    "Consumer",
    "FaultPolicy",
    "Health",
    "KafkaSettings",
    "MessageTooLarge",
    "Messaging",
    "OutgoingMessage",
    "PublishFailed",
    "Publisher",
    "Received",
    "RejectedItem",
    "Rejection",
    "RetryPolicy",
    "Transient",
    "connect",
    "encode",
]
