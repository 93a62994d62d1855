"""PostgreSQL for services: pools, migrations and the outbox."""

from shoal.persistence.measuring import outbox_measure
from shoal.persistence.migrate import MigrationChanged, migrate
from shoal.persistence.outbox import Outbox
from shoal.persistence.pool import open_pool
from shoal.persistence.relay import Relay

__all__ = ["MigrationChanged", "Outbox", "Relay", "migrate", "open_pool", "outbox_measure"]
