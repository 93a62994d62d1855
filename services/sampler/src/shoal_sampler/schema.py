"""The PostgreSQL schema that the service owns."""

from shoal.persistence import Schema

OWN_SCHEMA = Schema("sampler", "shoal_sampler")
