"""Refuse data that show nothing, and predictions that name what their datum does not have."""

import re

from shoal.answers import marked_text
from shoal.contracts.samples import Content
from shoal_ingest.usecases.bodies.inference import Inference, PredictionIn
from shoal_ingest.usecases.bodies.items import Fault

_INK = re.compile(r"[^\s\u200b-\u200d\u2060\ufeff]")  # none of them is white space or has no width


def datum_fault(item: Inference, datum: Content) -> Fault | None:
    """Return why people would see an empty task; None if there is something to see."""
    texts, field = _texts_of(item, datum)
    if any(_INK.search(text) for text in texts):
        return None
    fix = "Leave such inferences out: a person would be asked about nothing"
    return Fault("invalid", field, f"{field}: there is nothing to read", fix)


def prediction_fault(item: Inference, datum: Content) -> Fault | None:
    """Return what of a prediction its datum does not have; None if it may be about the datum."""
    prediction = item.prediction
    if prediction is None:
        return None
    return _span_fault(prediction, datum) or _score_fault(prediction, datum) or _interval_fault(prediction)


def _texts_of(item: Inference, datum: Content) -> tuple[list[str], str]:
    """Return the texts of a datum, of which one must show something, and the field they are in."""
    if datum.candidates is not None:
        return [candidate.text for candidate in datum.candidates], "candidates"
    if datum.turns is not None:
        return [turn.text for turn in datum.turns], "turns"
    if datum.text is not None:
        return [datum.text], "text" if item.text is not None else "content.text"
    return [datum.uri or ""], "content.uri" if item.image is None else "image.uri"


def _span_fault(prediction: PredictionIn, datum: Content) -> Fault | None:
    text = marked_text(datum) if prediction.spans else None
    for index, span in enumerate(prediction.spans or ()):
        if text is not None and span.end > len(text):
            field = f"prediction.spans[{index}].end"
            detail = f"{field}: {span.end} is after the text, which has {len(text)} code points"
            fix = "Count Unicode code points from 0, neither bytes nor UTF-16 units"
            return Fault("invalid", field, detail, fix)
    return None


def _score_fault(prediction: PredictionIn, datum: Content) -> Fault | None:
    names = {candidate.id for candidate in datum.candidates or ()}
    unknown = [name for name in prediction.candidate_scores or () if names and name not in names]
    if not unknown:
        return None
    field = "prediction.candidate_scores"
    detail = f"{field}: the inference has no candidate {unknown[0]!r}"
    return Fault("invalid", field, detail, "Name the candidates by their ids")


def _interval_fault(prediction: PredictionIn) -> Fault | None:
    number = prediction.number
    if number is None or number.low is None or number.high is None or number.low <= number.high:
        return None
    field = "prediction.number.low"
    return Fault(
        "invalid", field, f"{field}: {number.low:g} is more than high {number.high:g}", "Send low <= high"
    )
