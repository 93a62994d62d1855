"""Embedded samples from events: translates the contracts to the domain."""

from dataclasses import dataclass

import numpy as np

from shoal.contracts.samples import Content, SampleEmbedded
from shoal.crops import crop_samples
from shoal.encoders import content_text
from shoal.vectors import unit_vector
from shoal_sampler.domain.campaigns.samples import Sample, content_hash, crop_hash
from shoal_sampler.domain.vectors.rows import Vectors, no_vectors
from shoal_sampler.usecases.scores import prediction_scores


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
        content_hash=_content_hash(content),
        is_readable=event.readable,
        scores=prediction_scores(prediction),
        predicted_label=prediction.label if prediction else None,
        model=prediction.model if prediction else None,
        model_version=prediction.version if prediction else None,
        tags=event.tags,
        parent_id=event.parent_id,
        crop_generation=event.crops[0].embedding.generation.slug() if event.crops else None,
        crop_vectors=_crop_vectors(event),
    )
    return Arrival(sample, event)


def labelled_units(arrival: Arrival, *, labels_crops: bool) -> list[Arrival]:
    """Return what of a sample people are asked about: itself, or its crops in projects that label crops.

    An image without crops is asked about itself.
    """
    if not labels_crops or not arrival.event.crops:
        return [arrival]
    return [read_arrival(event) for event in crop_samples(arrival.event)]


def _crop_vectors(event: SampleEmbedded) -> Vectors:
    """Return (c, d) the unit vectors of the crops."""
    vectors = [
        unit_vector(crop.embedding.vector, crop.embedding.generation.dimension) for crop in event.crops
    ]
    return np.stack(vectors) if vectors else no_vectors(0)


def _content_hash(content: Content) -> bytes:
    """Return the hash of the content; that of a conversation or of candidates is that of their text."""
    text = content.text if content.kind in ("text", "image") else content_text(content)
    whole = content_hash(text, content.uri, content.sha256)
    crop = content.crop
    return whole if crop is None else crop_hash(whole, (crop.left, crop.top, crop.right, crop.bottom))
