"""Cut an image into what the encoder sees of it and of its crops."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shoal.pictures.crops import crop_pixels
from shoal.pictures.pixels import viewed_image
from shoal_embedder.domain.crops import Area, BoxOfModel, choose_boxes, pad_area
from shoal_embedder.usecases.ports import BoxedPicture

if TYPE_CHECKING:
    from PIL import Image

_SIDE = 256  # pixels, more than an encoder sees of an image


@dataclass(frozen=True, slots=True, kw_only=True)
class CutPicture:
    """The reduced image, None if it is not needed, and the reduced crops with their boxes and areas."""

    whole: "Image.Image | None"
    crops: "Sequence[tuple[BoxOfModel, Area, Image.Image]]"
    too_small: int
    above_limit: int


def cut_picture(
    image: "Image.Image", boxed: BoxedPicture, reduce: "Callable[[Image.Image], Image.Image]"
) -> CutPicture:
    """Return the reduced image and crops. Boxes refer to the image as people see it, after its EXIF turn."""
    whole = reduce(image) if boxed.whole else None
    viewed, rules = viewed_image(image), boxed.cropping
    choice = choose_boxes(
        boxed.boxes, width=viewed.width, height=viewed.height, most=rules.most, smallest=rules.smallest
    )
    areas = [pad_area(box.area, rules.padding) for box in choice.boxes]
    return CutPicture(
        whole=whole,
        crops=[
            (box, area, reduce(_square_crop(viewed, area)))
            for box, area in zip(choice.boxes, areas, strict=True)
        ],
        too_small=choice.too_small,
        above_limit=choice.above_limit,
    )


def _square_crop(image: "Image.Image", area: Area) -> "Image.Image":
    """Return a part of an image, stretched to a square.

    Encoders see the central square of an image, which would cut off the ends of a long object. Stretching
    keeps all of it, and was the best of three ways for detectors (R-CNN, Girshick et al. 2014, arXiv
    1311.2524).
    """
    from PIL import Image

    corners = (area.left, area.top, area.right, area.bottom)
    pixels = crop_pixels(corners, image.width, image.height)
    return image.resize((_SIDE, _SIDE), Image.Resampling.BICUBIC, box=pixels)
