"""Samples before and after ingest has read their image."""

from typing import Any

from shoal.contracts.samples import Content, SampleIngested, SampleReferenced


def referenced_sample(event: SampleIngested) -> SampleReferenced:
    """Return the event of a sample whose image is yet to be read."""
    return SampleReferenced.model_construct(**_fields_of(event))


def ingested_sample(event: SampleReferenced, content: Content) -> SampleIngested:
    """Return the event of a sample whose image is in the media store."""
    return SampleIngested.model_construct(**{**_fields_of(event), "content": content})


def _fields_of(event: SampleIngested) -> dict[str, Any]:
    return {name: getattr(event, name) for name in SampleIngested.model_fields}
