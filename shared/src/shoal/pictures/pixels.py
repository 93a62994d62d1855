"""The pixels of an image as a viewer shows them: turned, on white, in sRGB, with 8 bits per channel."""

import io
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from PIL import Image, ImageCms

_BITS, _PHOTOMETRIC, _ORIENTATION, _SAMPLE_FORMAT = 258, 262, 274, 339  # tags of TIFF and EXIF
_DARK = 4096  # of 65,536 levels: what 12 bits in 16 reach
_OPAQUE = ("L", "RGB", "CMYK")


def viewed_square(image: "Image.Image", side: int) -> "Image.Image":
    """Return the central square of an image as a viewer shows it: RGB, (side, side).

    The EXIF orientation is applied, transparency becomes white. 16-bit integers are scaled by their range,
    32-bit ones from the smallest value to the largest, floats from 0 to 1 if all are within, else from the
    smallest to the largest. An ICC profile is applied after the scaling, which costs less on fewer pixels and
    differs by rounding. Raises ValueError if no pixel is a finite number.
    """
    from PIL import Image

    image = _opaque_image(_upright_image(image))
    edge = min(image.size)
    left, top = (image.width - edge) // 2, (image.height - edge) // 2
    box = (left, top, left + edge, top + edge)
    square = image.resize((side, side), Image.Resampling.BICUBIC, box=box)
    return _in_srgb(square, image.info.get("icc_profile"))


def viewed_image(image: "Image.Image") -> "Image.Image":
    """Return a whole image as a viewer shows it, in RGB; see `viewed_square`."""
    image = _opaque_image(_upright_image(image))
    return _in_srgb(image, image.info.get("icc_profile"))


def looks_black(image: "Image.Image") -> bool:
    """Return whether a 16-bit image has no value above the lowest sixteenth of its range."""
    if not image.mode.startswith("I;16") or _bit_depth(image) != 16:
        return False
    highest: Any = np.asarray(image).max()
    return bool(0 < highest < _DARK)


def _upright_image(image: "Image.Image") -> "Image.Image":
    from PIL import ImageOps

    try:
        turned = image.getexif().get(_ORIENTATION, 1) != 1
        return ImageOps.exif_transpose(image) if turned else image
    except Exception:  # Pillow raises many errors for damaged EXIF data, which viewers ignore
        return image


def _opaque_image(image: "Image.Image") -> "Image.Image":
    """Return the image on white, as L, RGB or CMYK."""
    from PIL import Image

    if image.mode in ("I", "F") or image.mode.startswith("I;16"):
        grey = Image.fromarray(_grey_levels(image))
        grey.info = {"icc_profile": image.info.get("icc_profile")}
        return grey
    profile = image.info.get("icc_profile")
    if image.has_transparency_data:
        layers = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), layers).convert("RGB")
    elif image.mode == "1":
        image = image.convert("L")
    elif image.mode not in _OPAQUE:
        image = image.convert("RGB")
    image.info["icc_profile"] = profile
    return image


def _grey_levels(image: "Image.Image") -> Any:
    """Return 8-bit levels of a grey image of 12, 16 or 32 bits, or of floats: uint8 (height, width)."""
    values = np.asarray(image)
    transparent = image.info.get("transparency")
    white = values == transparent if isinstance(transparent, int) else None
    if image.mode == "F":
        levels = _scaled_levels(values)
    elif image.mode == "I" and image.format != "PPM":
        unsigned = _tag_value(image, _SAMPLE_FORMAT, 2) == 1
        levels = _scaled_levels(values.astype(np.uint32) if unsigned else values)
    else:
        levels = (values.astype(np.uint32) >> (_bit_depth(image) - 8)).astype(np.uint8)
    if _tag_value(image, _PHOTOMETRIC, 1) == 0:
        levels = 255 - levels
    return levels if white is None else np.where(white, np.uint8(255), levels)


def _scaled_levels(values: Any) -> Any:
    finite = np.isfinite(values)
    if not finite.any():
        raise ValueError("no pixel is a finite number")
    low, high = float(values[finite].min()), float(values[finite].max())
    if values.dtype.kind == "f" and low >= 0 and high <= 1:
        low, high = 0.0, 1.0
    share = (np.where(finite, values, low) - low) / ((high - low) or 1.0)
    return (share * 255).round().astype(np.uint8)


def _bit_depth(image: "Image.Image") -> int:
    """Return the number of bits of a grey image, 12 or 16."""
    return 12 if _tag_value(image, _BITS, 16) == 12 else 16


def _tag_value(image: "Image.Image", number: int, default: int) -> int:
    """Return the first value of a TIFF's tag."""
    value = getattr(image, "tag_v2", {}).get(number, default)
    return int(value[0] if isinstance(value, tuple) else value)


def _in_srgb(image: "Image.Image", profile: bytes | None) -> "Image.Image":
    """Return an L, RGB or CMYK image as RGB. A profile that cannot be used is ignored, as viewers do."""
    from PIL import ImageCms

    transform = _apply_transform(profile, image.mode) if profile else None
    if transform is not None:
        try:
            return transform.apply(image)
        except (ValueError, ImageCms.PyCMSError):
            pass
    return image.convert("RGB")


@lru_cache(maxsize=64)
def _apply_transform(profile: bytes, mode: str) -> "ImageCms.ImageCmsTransform | None":
    """Return the transform of a profile to sRGB, or None for sRGB itself and profiles that do not fit."""
    from PIL import ImageCms

    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if "srgb" in ImageCms.getProfileDescription(source).lower() and mode == "RGB":
            return None
        target = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
        return ImageCms.ImageCmsTransform(source, target, mode, "RGB", ImageCms.Intent.PERCEPTUAL)
    except (OSError, ValueError, TypeError, ImageCms.PyCMSError):
        return None
