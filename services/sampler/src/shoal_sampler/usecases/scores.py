"""The scores by which selection judges a model's prediction, in the stream and over files."""

from collections.abc import Mapping

from shoal.answers.uncertainty import prediction_uncertainty
from shoal.contracts.samples import Prediction

OBJECTS = ("labels", "boxes", "polygons", "spans", "candidate_scores", "number")
"""Fields of predictions of other kinds than one label."""


def prediction_scores(prediction: Prediction | None) -> Mapping[str, float]:
    """Return the scores by which selection judges a prediction.

    One label has the model's scores. Every other kind has those of two outcomes, right and wrong, whose
    margin shows the prediction's uncertainty: every measure then orders samples by it.
    """
    if prediction is None or not has_objects(prediction):
        return prediction.scores if prediction else {}
    uncertainty = prediction_uncertainty(prediction)
    return {} if uncertainty is None else {"right": 1 - uncertainty / 2, "wrong": uncertainty / 2}


def has_objects(prediction: Prediction) -> bool:
    """Return whether a prediction is of another kind than one label."""
    return any(getattr(prediction, name) is not None for name in OBJECTS)
