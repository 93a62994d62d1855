"""Interfaces that the use cases need, by aggregate; adapters implement them."""

from shoal_gateway.usecases.ports.annotations import Annotations
from shoal_gateway.usecases.ports.database import Database, Outbox, Transaction
from shoal_gateway.usecases.ports.feeds import Cursors, Feeds
from shoal_gateway.usecases.ports.guidelines import Guidelines
from shoal_gateway.usecases.ports.inbox import Inbox
from shoal_gateway.usecases.ports.intents import Intents
from shoal_gateway.usecases.ports.jobs import Jobs
from shoal_gateway.usecases.ports.ledger import Ledger
from shoal_gateway.usecases.ports.providers import (
    Malformed,
    Page,
    Provider,
    ProviderConfigs,
    Providers,
    ReceivedItem,
)
from shoal_gateway.usecases.ports.queue import Queue
from shoal_gateway.usecases.ports.requests import Requests
from shoal_gateway.usecases.ports.samples import Samples
from shoal_gateway.usecases.ports.signals import Clock, Wake
from shoal_gateway.usecases.ports.tasks import Tasks

__all__ = [
    "Annotations",
    "Clock",
    "Cursors",
    "Database",
    "Feeds",
    "Guidelines",
    "Inbox",
    "Intents",
    "Jobs",
    "Ledger",
    "Malformed",
    "Outbox",
    "Page",
    "Provider",
    "ProviderConfigs",
    "Providers",
    "Queue",
    "ReceivedItem",
    "Requests",
    "Samples",
    "Tasks",
    "Transaction",
    "Wake",
]
