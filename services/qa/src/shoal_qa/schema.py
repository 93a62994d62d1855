"""The PostgreSQL schema that the service owns."""

from shoal.persistence import Schema

OWN_SCHEMA = Schema("qa", "shoal_qa")
