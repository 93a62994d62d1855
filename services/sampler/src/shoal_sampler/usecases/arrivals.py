"""Embedded samples from events: translates the contracts to the domain."""

from dataclasses import dataclass

from shoal.contracts.samples import SampleEmbedded
from shoal.vectors import unit_vector
from shoal_sampler.domain.campaigns.samples import Sample, content_hash


@dataclass(frozen=True, slots=True)
class Arrival:
    """A sample as selection uses it, with the event that its job needs."""

    sample: Sample
    event: SampleEmbedded


def read_arrival(event: SampleEmbedded) -> Arrival:
    """Return the arrival of `event`. Raises BadVector for a vector that cannot be compared."""
    prediction, content = event.prediction, event.content
    generation = event.embedding.generation
    sample = Sample(
        sample_id=event.sample_id,
        generation=generation.slug(),
        vector=unit_vector(event.embedding.vector, generation.dimension),
        content_hash=content_hash(content.text, content.uri, content.sha256),
        is_readable=event.readable,
        scores=prediction.scores if prediction else {},
        predicted_label=prediction.label if prediction else None,
        model=prediction.model if prediction else None,
        model_version=prediction.version if prediction else None,
        tags=event.tags,
    )
    return Arrival(sample, event)
