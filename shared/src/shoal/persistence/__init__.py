"""PostgreSQL for services: pools, migrations and the outbox."""

from shoal.persistence.measuring import outbox_measure
from shoal.persistence.migrate import MigrationChanged, migrate
from shoal.persistence.outbox import Outbox
from shoal.persistence.pool import open_pool
from shoal.persistence.relay import Relay
from shoal.persistence.retention import Janitor, Retention

__all__ = [
    "Janitor",
    "MigrationChanged",
    "Outbox",
    "Relay",
    "Retention",
    "migrate",
    "open_pool",
    "outbox_measure",
]
