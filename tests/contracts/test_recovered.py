"""Every service that owns tables can bring them up to what Kafka holds."""

from shoal.catalog.documents import RECOVERED, load_registered


def test_every_schema_recovers() -> None:
    schemas = {name: schema.name for name, schema in load_registered("shoal.schemas").items()}
    recovered = {name: recovered.schema for name, recovered in load_registered(RECOVERED).items()}
    assert recovered == schemas
