"""PostgreSQL for services: pools, migrations, the outbox and the inbox."""

from shoal.persistence.inbox import claim, prune
from shoal.persistence.migrate import MigrationChanged, migrate
from shoal.persistence.outbox import Outbox
from shoal.persistence.pool import open_pool
from shoal.persistence.relay import Relay

__all__ = ["MigrationChanged", "Outbox", "Relay", "claim", "migrate", "open_pool", "prune"]
