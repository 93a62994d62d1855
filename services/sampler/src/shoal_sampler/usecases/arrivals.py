"""Embedded samples from events: translates the contracts to the domain."""

from collections.abc import Mapping
from dataclasses import dataclass

from shoal.answers.uncertainty import prediction_uncertainty
from shoal.contracts.samples import Content, Prediction, SampleEmbedded
from shoal.encoders import content_text
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
        content_hash=_content_hash(content),
        is_readable=event.readable,
        scores=_scores_of(prediction),
        predicted_label=prediction.label if prediction else None,
        model=prediction.model if prediction else None,
        model_version=prediction.version if prediction else None,
        tags=event.tags,
    )
    return Arrival(sample, event)


def _content_hash(content: Content) -> bytes:
    """Return the hash of the content; that of a conversation or of candidates is that of their text."""
    text = content.text if content.kind in ("text", "image") else content_text(content)
    return content_hash(text, content.uri, content.sha256)


def _scores_of(prediction: Prediction | None) -> Mapping[str, float]:
    """Return the scores by which selection judges a prediction.

    One label has the model's scores. Every other kind has those of two outcomes, right and wrong, whose
    margin shows the prediction's uncertainty: every measure then orders samples by it.
    """
    if prediction is None or not _has_objects(prediction):
        return prediction.scores if prediction else {}
    uncertainty = prediction_uncertainty(prediction)
    return {} if uncertainty is None else {"right": 1 - uncertainty / 2, "wrong": uncertainty / 2}


def _has_objects(prediction: Prediction) -> bool:
    """Return whether a prediction is of another kind than one label."""
    names = ("labels", "boxes", "polygons", "spans", "candidate_scores", "number")
    return any(getattr(prediction, name) is not None for name in names)
