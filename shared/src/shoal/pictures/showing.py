"""What is known of an image, and the picture of it that people see."""

import io
from dataclasses import dataclass

from shoal.pictures.crops import Corners, crop_pixels
from shoal.pictures.decoding import BadPicture, open_bytes
from shoal.pictures.perceptual_hash import perceptual_hash
from shoal.pictures.pixels import viewed_image

_MEDIA_TYPES = {
    "PNG": "image/png",
    "JPEG": "image/jpeg",
    "MPO": "image/jpeg",  # a JPEG with further images behind it, as some cameras write it
    "WEBP": "image/webp",
    "GIF": "image/gif",
    "BMP": "image/bmp",
    "TIFF": "image/tiff",
    "AVIF": "image/avif",
}
_LOSSLESS = frozenset({"PNG", "GIF", "BMP"})  # drawings and screenshots, whose letters JPEG blurs
_MOST_LOSSLESS = 1 << 21  # pixels; a photo of more would be many megabytes as PNG
_QUALITY = 90
_PNG_START = b"\x89PNG"


@dataclass(frozen=True, slots=True)
class PictureFacts:
    """The media type that the bytes have, and the size in pixels as people see the image (EXIF turned).

    perceptual_hash: of what people see; None for an image of one colour.
    """

    media_type: str
    width: int
    height: int
    perceptual_hash: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureLimits:
    """The largest image that is accepted: bytes of the file, and width times height in pixels."""

    bytes: int = 20 * 1024 * 1024
    pixels: int = 50_000_000


def inspect_picture(data: bytes, limits: PictureLimits) -> PictureFacts:
    """Decode all pixels of an image, and return what it is. Raises BadPicture."""
    if len(data) > limits.bytes:
        raise BadPicture(f"{len(data):,} bytes, more than {limits.bytes:,}: make it smaller")
    with open_bytes(data, most_pixels=limits.pixels) as image:
        media_type = _MEDIA_TYPES[image.format or ""]
        viewed = viewed_image(image)
        look = perceptual_hash(viewed)
    return PictureFacts(media_type, viewed.width, viewed.height, look)


def shown_picture(data: bytes, longest: int, limits: PictureLimits, crop: Corners | None = None) -> bytes:
    """Return an image, or a part of it, as a new PNG or JPEG, without metadata. Raises BadPicture.

    longest: most pixels of its longer side; 0 keeps the size. A smaller image is not enlarged. crop: the part
    that is shown, by default all of it.
    """
    with open_bytes(data, most_pixels=limits.pixels) as image:
        format_name = image.format
        shown = viewed_image(image)
        if crop is not None:
            shown = shown.crop(crop_pixels(crop, shown.width, shown.height))
        if longest and max(shown.size) > longest:
            shown.thumbnail((longest, longest), reducing_gap=3.0)
    lossless = format_name in _LOSSLESS and shown.width * shown.height <= _MOST_LOSSLESS
    file = io.BytesIO()
    shown.info = {}  # comments, profiles and text, which Pillow would write again
    if lossless:
        shown.save(file, "PNG")
    else:
        shown.save(file, "JPEG", quality=_QUALITY)
    return file.getvalue()


def cropped_png(data: bytes, crop: Corners) -> bytes:
    """Return a part of an image as PNG, without metadata. Raises BadPicture."""
    with open_bytes(data) as image:
        viewed = viewed_image(image)
    part = viewed.crop(crop_pixels(crop, viewed.width, viewed.height))
    part.info = {}
    file = io.BytesIO()
    part.save(file, "PNG")
    return file.getvalue()


def shown_type(data: bytes) -> str:
    """Return the media type of what `shown_picture` returned."""
    return "image/png" if data.startswith(_PNG_START) else "image/jpeg"
