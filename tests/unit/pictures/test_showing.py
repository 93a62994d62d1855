"""Images that strangers send: what is accepted, what is refused, and what people see of them."""

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image, ImageDraw, PngImagePlugin

from shoal.pictures.decoding import BadPicture
from shoal.pictures.showing import PictureLimits, inspect_picture, shown_picture, shown_type

LIMITS = PictureLimits()
RED, BLUE = (220, 20, 20), (20, 20, 220)


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def corner(width: int = 60, height: int = 40) -> Image.Image:
    """Return a blue image whose top left quarter is red."""
    image = Image.new("RGB", (width, height), BLUE)
    ImageDraw.Draw(image).rectangle((0, 0, width // 2 - 1, height // 2 - 1), RED)
    return image


def opened(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def is_near(pixel: object, colour: tuple[int, int, int]) -> bool:
    return bool(np.abs(np.subtract(pixel, colour)).max() < 30)


def png_chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png_of(width: int, height: int) -> bytes:
    """Return a small PNG that says it has this size; all of its pixels are black."""
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    packer = zlib.compressobj(9)
    rows = min(height, 100_000_000 // width)  # a decoder that reads on would miss the rest
    data = b"".join(packer.compress(bytes(width + 1)) for _ in range(rows)) + packer.flush()
    return (
        b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", header) + png_chunk(b"IDAT", data) + png_chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "AVIF"])
def test_every_accepted_format_is_shown_as_png_or_jpeg(kind: str) -> None:
    data = saved(corner(), kind)
    facts = inspect_picture(data, LIMITS)
    assert (facts.media_type, facts.width, facts.height) == (f"image/{kind.lower()}", 60, 40)
    shown = shown_picture(data, 0, LIMITS)
    image = opened(shown)
    assert image.size == (60, 40)
    assert f"image/{str(image.format).lower()}" == shown_type(shown)
    assert is_near(image.convert("RGB").getpixel((5, 5)), RED)
    assert is_near(image.convert("RGB").getpixel((55, 35)), BLUE)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_exif_is_turned_once_and_then_gone(orientation: int, kind: str) -> None:
    turns = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    stored = corner().transpose(turns[orientation]) if orientation in turns else corner()
    exif = Image.Exif()
    exif[274], exif[0x010F] = orientation, "a camera"
    data = saved(stored, kind, exif=exif)
    facts = inspect_picture(data, LIMITS)
    assert (facts.width, facts.height) == (60, 40)
    for longest in (0, 30):
        shown = shown_picture(data, longest, LIMITS)
        image = opened(shown)
        assert image.size == ((60, 40) if longest == 0 else (30, 20))
        assert is_near(image.convert("RGB").getpixel((3, 3)), RED)
        assert is_near(image.convert("RGB").getpixel((image.width - 3, image.height - 3)), BLUE)
        assert not image.getexif()
        assert b"a camera" not in shown


def test_metadata_is_not_shown() -> None:
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Comment", "the customer's secret")
    for data in (
        saved(corner(), "PNG", pnginfo=notes),
        saved(corner(), "JPEG", comment=b"the customer's secret"),
    ):
        assert b"secret" in data
        assert b"secret" not in shown_picture(data, 0, LIMITS)


def test_unusual_pixels_are_shown_as_viewers_show_them() -> None:
    levels = np.full((8, 8), 65_535, np.uint16)
    levels[:4] = 32_768
    deep = shown_picture(saved(Image.fromarray(levels), "PNG"), 0, LIMITS)
    assert opened(deep).convert("L").getpixel((0, 0)) == 128
    assert opened(deep).convert("L").getpixel((0, 7)) == 255
    cmyk = shown_picture(saved(corner().convert("CMYK"), "JPEG", quality=95), 0, LIMITS)
    assert is_near(opened(cmyk).getpixel((5, 5)), RED)
    clear = shown_picture(saved(Image.new("RGBA", (8, 8), (0, 0, 0, 0)), "PNG"), 0, LIMITS)
    assert opened(clear).convert("RGB").getpixel((4, 4)) == (255, 255, 255)


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
def test_an_animation_is_its_first_frame(kind: str) -> None:
    frames = [Image.new("RGB", (20, 20), colour) for colour in (RED, BLUE)]
    data = saved(frames[0], kind, save_all=True, append_images=frames[1:], duration=100)
    shown = opened(shown_picture(data, 0, LIMITS))
    assert getattr(shown, "n_frames", 1) == 1
    assert is_near(shown.convert("RGB").getpixel((9, 9)), RED)


def test_a_thumbnail_keeps_the_shape_and_is_not_enlarged() -> None:
    data = saved(corner(1000, 500), "JPEG")
    assert opened(shown_picture(data, 320, LIMITS)).size == (320, 160)
    assert opened(shown_picture(data, 2560, LIMITS)).size == (1000, 500)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "an empty file"),
        (b"<!DOCTYPE html><script>alert(1)</script>", "a web page"),
        (b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>', "an SVG drawing"),
        (b"%PDF-1.7", "a PDF document"),
        (b"%!PS-Adobe", "a PostScript drawing"),
        (b"8BPS\x00\x01" + bytes(100), "not an image"),
        (b"GIF89a", "damaged"),
        (b"\x89PNG\r\n\x1a\n", "damaged"),
        (bytes(range(256)) * 40, "not an image"),
    ],
)
def test_what_is_no_image_is_refused_with_the_reason(data: bytes, reason: str) -> None:
    with pytest.raises(BadPicture, match=reason):
        inspect_picture(data, LIMITS)


def test_a_truncated_image_is_refused() -> None:
    noise = Image.fromarray(np.random.default_rng(1).integers(0, 255, (64, 64, 3), np.uint8))
    for kind in ("PNG", "JPEG", "WEBP", "BMP", "TIFF"):
        data = saved(noise, kind)
        with pytest.raises(BadPicture):
            inspect_picture(data[: len(data) * 2 // 3], LIMITS)


def test_a_bomb_is_refused_before_it_is_decoded() -> None:
    bomb = png_of(10_000, 10_000)
    assert len(bomb) < 1_000_000
    with pytest.raises(BadPicture, match=r"10,000 x 10,000 pixels, more than 50,000,000"):
        inspect_picture(bomb, LIMITS)
    with pytest.raises(BadPicture, match="more than 50,000,000 pixels"):
        inspect_picture(png_of(20_000, 20_000), LIMITS)
    with pytest.raises(BadPicture, match="more than 50,000,000 pixels"):
        inspect_picture(png_of(2_000_000_000, 2_000_000_000 - 1)[:200], LIMITS)
    with pytest.raises(BadPicture, match="bytes, more than 1,000"):
        inspect_picture(saved(Image.effect_noise((64, 64), 90), "PNG"), PictureLimits(bytes=1000))


@pytest.mark.parametrize(("width", "height"), [(1, 65_501), (200_000, 1), (70_000, 600)])
def test_a_side_that_no_picture_can_have_is_refused(width: int, height: int) -> None:
    with pytest.raises(BadPicture, match=f"{width:,} x {height:,} pixels, more than 65,500 on one side"):
        inspect_picture(png_of(width, height), LIMITS)


def test_the_longest_side_is_shown() -> None:
    longest = png_of(65_500, 40)  # too many pixels for PNG
    facts = inspect_picture(longest, LIMITS)
    assert opened(shown_picture(longest, 0, LIMITS)).size == (facts.width, facts.height) == (65_500, 40)


def test_metadata_that_unpack_to_megabytes_are_named_as_the_reason() -> None:
    data = png_of(8, 8)
    text = png_chunk(b"zTXt", b"k\x00\x00" + zlib.compress(bytes(2_000_000).replace(b"\x00", b"a"), 9))
    with pytest.raises(BadPicture, match="save it without metadata"):
        inspect_picture(data[:33] + text + data[33:], LIMITS)


def test_heic_is_named_whether_its_library_is_installed_or_not() -> None:
    with pytest.raises(BadPicture, match="a HEIC image: convert it to PNG or JPEG"):
        inspect_picture(b"\x00\x00\x00\x18ftypheic" + bytes(100), LIMITS)


def test_a_page_behind_an_image_is_not_shown() -> None:
    polyglot = saved(corner(), "GIF") + b"<html><script>alert(1)</script></html>"
    assert inspect_picture(polyglot, LIMITS).media_type == "image/gif"
    assert b"script" not in shown_picture(polyglot, 0, LIMITS)


def test_a_part_is_shown_as_people_see_the_image_and_scaled_after_it_is_cut() -> None:
    exif = Image.Exif()
    exif[274] = 6  # to be turned clockwise
    turned = saved(corner().transpose(Image.Transpose.ROTATE_90), "PNG", exif=exif)
    for data in (saved(corner(), "PNG"), turned):
        red = opened(shown_picture(data, 0, LIMITS, (0.0, 0.0, 0.5, 0.5)))
        assert red.size == (30, 20)
        assert is_near(red.getpixel((29, 19)), RED)
        blue = opened(shown_picture(data, 15, LIMITS, (0.5, 0.5, 1.0, 1.0)))
        assert blue.size == (15, 10)
        assert is_near(blue.getpixel((0, 0)), BLUE)
