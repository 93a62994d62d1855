"""PostgreSQL for services: pools, migrations and the outbox."""

from shoal.persistence.measuring import outbox_measure
from shoal.persistence.migrate import MigrationChanged, migrate
from shoal.persistence.outbox import Outbox
from shoal.persistence.pool import open_pool, opened_pool
from shoal.persistence.relay import Relay
from shoal.persistence.retention import Janitor, Retention
from shoal.persistence.schema import Schema, postgres_dependency, prepare_schema

__all__ = [
    "Janitor",
    "MigrationChanged",
    "Outbox",
    "Relay",
    "Retention",
    "Schema",
    "migrate",
    "open_pool",
    "opened_pool",
    "outbox_measure",
    "postgres_dependency",
    "prepare_schema",
]
