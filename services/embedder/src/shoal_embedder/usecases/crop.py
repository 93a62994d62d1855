"""Make crops of the boxes that models drew: samples of their own, with vectors of the image encoder."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from shoal.contracts.answers import Corners
from shoal.contracts.ids import crop_id
from shoal.contracts.samples import Crop, Embedding, Generation, PredictedBox, SampleIngested
from shoal.messaging import RejectedItem
from shoal_embedder import metrics
from shoal_embedder.domain.crops import Area, BoxOfModel
from shoal_embedder.usecases.encode import EncodeSamples, Numbered, unreadable_image
from shoal_embedder.usecases.ports import (
    BoxedPicture,
    CroppedPicture,
    CropVector,
    ImageEncoder,
    Picture,
    Unreadable,
)
from shoal_embedder.usecases.supplied import Embedded, read_supplied


class CropSamples:
    """Encodes images with their crops. A sample whose image cannot be read is rejected."""

    def __init__(self, encode: EncodeSamples) -> None:
        self._encode = encode

    async def __call__(self, samples: Sequence[Numbered]) -> tuple[list[Embedded], list[RejectedItem]]:
        """Return the samples with their vectors and crops, and rejections of the others. Raises Transient."""
        supplied, rejected = read_supplied(samples)
        own = {embedded.index: embedded for embedded in supplied}
        refused = {item.index for item in rejected}
        encoders: dict[str, list[Numbered]] = defaultdict(list)
        for index, arrival in samples:
            if index in refused:
                continue
            name = await self._encode.image_encoder(index, arrival)
            if isinstance(name, RejectedItem):
                rejected.append(name)
            else:
                encoders[name].append((index, arrival))
        embedded: list[Embedded] = []
        for name, part in encoders.items():
            good, bad = await self._crop(await self._encode.encoders.of_images(name), part, own)
            embedded += good
            rejected += bad
        return embedded, rejected

    async def _crop(
        self, encoder: ImageEncoder, samples: Sequence[Numbered], own: dict[int, Embedded]
    ) -> tuple[list[Embedded], list[RejectedItem]]:
        """Crop images. own: the samples that bring a vector of the whole image, by their index."""
        pictures = [_boxed_picture(arrival.event, whole=index not in own) for index, arrival in samples]
        good: list[Embedded] = []
        bad: list[RejectedItem] = []
        for (index, arrival), cropped in zip(samples, await encoder.encode_boxed(pictures), strict=True):
            if isinstance(cropped, Unreadable):
                bad.append(unreadable_image(index, arrival, cropped))
                continue
            crops = tuple(_to_crop(crop, encoder.generation) for crop in cropped.crops)
            if cropped.whole is None:
                good.append(replace(own[index], crops=crops))
            else:
                good.append(
                    Embedded(
                        index=index,
                        arrival=arrival,
                        generation=encoder.generation,
                        vector=cropped.whole,
                        crops=crops,
                    )
                )
            _count_crops(arrival.event.project, cropped)
        return good, bad


def _boxed_picture(event: SampleIngested, *, whole: bool) -> BoxedPicture:
    assert event.cropping is not None
    boxes = (event.prediction.boxes if event.prediction else None) or ()
    return BoxedPicture(
        picture=Picture(event.project, event.content),
        boxes=[_box_of(event.sample_id, index, box) for index, box in enumerate(boxes)],
        cropping=event.cropping,
        whole=whole,
    )


def _box_of(sample_id: str, index: int, box: PredictedBox) -> BoxOfModel:
    corners = {"left": box.left, "top": box.top, "right": box.right, "bottom": box.bottom}
    return BoxOfModel(
        index=index, crop_id=crop_id(sample_id, **corners), area=Area(**corners), score=box.score
    )


def _to_crop(crop: CropVector, generation: Generation) -> Crop:
    area = crop.area
    return Crop.model_construct(
        sample_id=crop.box.crop_id,
        box=crop.box.index,
        area=Corners.model_construct(left=area.left, top=area.top, right=area.right, bottom=area.bottom),
        embedding=Embedding.model_construct(generation=generation, vector=crop.vector),
    )


def _count_crops(project: str, cropped: CroppedPicture) -> None:
    metrics.CROPS.labels(project, "embedded").inc(len(cropped.crops))
    metrics.CROPS.labels(project, "too_small").inc(cropped.too_small)
    metrics.CROPS.labels(project, "above_limit").inc(cropped.above_limit)
