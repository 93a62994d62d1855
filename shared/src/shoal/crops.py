"""Crops of samples: what a model drew a box around, as a sample of its own."""

from shoal.contracts.samples import Crop, PredictedBox, Prediction, SampleEmbedded


def crop_samples(event: SampleEmbedded) -> list[SampleEmbedded]:
    """Return the crops of a sample as samples. They have the sample's source, source id, tags and times."""
    return [_crop_sample(event, crop) for crop in event.crops]


def _crop_sample(event: SampleEmbedded, crop: Crop) -> SampleEmbedded:
    """Return a crop as a sample. Crops of one image stay in one split of a dataset: they share a group."""
    return event.model_copy(
        update={
            "sample_id": crop.sample_id,
            "content": event.content.model_copy(update={"crop": crop.area}),
            "embedding": crop.embedding,
            "readable": True,
            "prediction": _crop_prediction(event.prediction, crop.box),
            "group": event.group or event.sample_id,
            "parent_id": event.sample_id,
            "crops": (),
        }
    )


def _crop_prediction(prediction: Prediction | None, index: int) -> Prediction:
    """Return what the model said about one box."""
    if prediction is None or index >= len(prediction.boxes or ()):
        raise ValueError(f"crops: there is no box {index} in the prediction")
    box = (prediction.boxes or ())[index]
    return Prediction.model_construct(
        model=prediction.model,
        version=prediction.version,
        label=box.label,
        scores=_box_scores(box),
        endpoint=prediction.endpoint,
    )


def _box_scores(box: PredictedBox) -> dict[str, float]:
    if box.scores or box.score is None:
        return box.scores
    return {box.label: box.score}
