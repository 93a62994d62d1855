"""Images of every kind have the pixels that a viewer shows."""

import base64
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageCms, TiffImagePlugin
from PIL.ImageCms import ImageCmsProfile

from shoal.pictures.decoding import BadPicture, open_picture
from shoal.pictures.pixels import looks_black, viewed_square

SIDE = 64
RAMP = np.add.outer(np.arange(SIDE) * 2, np.arange(SIDE) * 2).astype(np.uint8)  # 0 to 252
GREY = Image.fromarray(RAMP)
COLOURS = Image.fromarray(np.dstack([RAMP, RAMP[:, ::-1], np.full_like(RAMP, 90)]))
HEIC = (  # 64 x 48 pixels, red, a blue quarter at the top left; by libheif
    "AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAX1tZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAAAAAAACJp"
    "bG9jAAAAAERAAAEAAQAAAAABoQABAAAAAAAAADUAAAAjaWluZgAAAAAAAQAAABVpbmZlAgAAAAABAABodmMxAAAAAA5waXRtAAAAAAAB"
    "AAAA/WlwcnAAAADdaXBjbwAAAHZodmNDAQNwAAAAkAAAAAAAHvAA/P34+AAADwNgAAEAGEABDAH//wNwAAADAJAAAAMAAAMAHroCQGEA"
    "AQAqQgEBA3AAAAMAkAAAAwAAAwAeoCCBBZbq5Ka5uAhoMCAAAAMDIAAAAwAhYgABAAZEAcFzwIkAAAATY29scm5jbHgAAQANAAaAAAAA"
    "FGlzcGUAAAAAAAAAQAAAAEAAAAAoY2xhcAAAAEAAAAABAAAAMAAAAAEAAAAAAAAAAv////AAAAACAAAAEHBpeGkAAAAAAwgICAAAABhp"
    "cG1hAAAAAAAAAAEAAQWBAgMFhAAAAD1tZGF0AAAAMSgBrxmA94RJf+88CNZjeIM1eK+wjPPtR8kFay58F+J0IaWA/tbEPKe7Ym0maQfl"
    "OCA="
)


def viewed(file: Path) -> Any:
    with open_picture(file) as image:
        return np.asarray(viewed_square(image, SIDE)).astype(int)


def distance(one: Any, other: Image.Image | Any) -> int:
    """Return the largest difference of a channel."""
    pixels = np.asarray(other.convert("RGB")) if isinstance(other, Image.Image) else other
    return int(np.abs(one - pixels.astype(int)).max())


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("suffix", ["png", "tif", "webp"])
def test_every_orientation_is_turned(tmp_path: Path, orientation: int, suffix: str) -> None:
    turn = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    stored = COLOURS.transpose(turn[orientation]) if orientation in turn else COLOURS
    exif = Image.Exif()
    exif[274] = orientation
    options = {"lossless": True} if suffix == "webp" else {}
    stored.save(tmp_path / f"o.{suffix}", exif=exif, **options)
    assert distance(viewed(tmp_path / f"o.{suffix}"), COLOURS) == 0


def deep(dtype: str, factor: float) -> Any:
    return (RAMP.astype(np.float64) * factor).astype(dtype)


def save_tiff(file: Path, values: Any, tags: dict[int, int]) -> None:
    info = TiffImagePlugin.ImageFileDirectory_v2()
    for tag, value in tags.items():
        info[tag] = value
    Image.fromarray(values).save(file, tiffinfo=info)


@pytest.mark.parametrize(
    ("name", "save"),
    [
        ("deep.png", lambda file: Image.fromarray(deep("uint16", 257)).save(file)),
        ("shifted.png", lambda file: Image.fromarray(deep("uint16", 256)).save(file)),
        ("deep.tif", lambda file: Image.fromarray(deep("uint16", 257)).save(file)),
        ("big.tif", lambda file: Image.fromarray(deep(">u2", 257)).save(file)),
        ("packed.tif", lambda file: Image.fromarray(deep("uint16", 257)).save(file, compression="tiff_lzw")),
        ("deep.pgm", lambda file: Image.fromarray(deep("uint16", 257)).save(file)),
        ("deep.jp2", lambda file: Image.fromarray(deep("uint16", 257)).save(file, irreversible=False)),
        ("unit.tif", lambda file: Image.fromarray(deep("float32", 1 / 255)).save(file)),
        ("eight.png", GREY.save),
        ("alpha.png", lambda file: GREY.convert("LA").save(file)),
        ("colour.png", lambda file: GREY.convert("RGB").save(file)),
        ("palette.gif", GREY.save),
        ("palette.bmp", lambda file: GREY.convert("P").save(file)),
    ],
)
def test_grey_of_any_depth_is_the_same_grey(tmp_path: Path, name: str, save: Callable[[Path], None]) -> None:
    save(tmp_path / name)
    assert distance(viewed(tmp_path / name), GREY) <= 1


@pytest.mark.parametrize(
    "values",
    [deep("float32", 40) - 3000, deep("int32", 1_000_000), deep("int32", 300) - 20_000, deep("float32", 1.0)],
)
def test_numbers_without_a_range_go_from_black_to_white(tmp_path: Path, values: Any) -> None:
    Image.fromarray(values).save(tmp_path / "n.tif")
    assert distance(viewed(tmp_path / "n.tif"), np.repeat(RAMP[:, :, None] / 252 * 255, 3, axis=2)) <= 1


def test_missing_floats_are_black_and_a_constant_is_an_image(tmp_path: Path) -> None:
    values = deep("float32", 1 / 252)
    values[0, 5] = np.nan
    Image.fromarray(values).save(tmp_path / "n.tif")
    assert viewed(tmp_path / "n.tif")[0, 5].tolist() == [0, 0, 0]
    Image.fromarray(np.full((8, 8), 7.0, np.float32)).save(tmp_path / "c.tif")
    assert viewed(tmp_path / "c.tif").shape == (SIDE, SIDE, 3)
    Image.fromarray(np.full((8, 8), np.nan, np.float32)).save(tmp_path / "nan.tif")
    with pytest.raises(BadPicture, match="damaged: no pixel is a finite number"):
        viewed(tmp_path / "nan.tif")


def test_a_tiff_with_white_as_zero_is_inverted(tmp_path: Path) -> None:
    save_tiff(tmp_path / "w.tif", deep("uint16", 257), {262: 0})
    assert distance(viewed(tmp_path / "w.tif"), 255 - np.repeat(RAMP[:, :, None].astype(int), 3, axis=2)) <= 1


def test_black_and_white_keeps_its_greys_when_scaled(tmp_path: Path) -> None:
    board = (np.indices((128, 128)).sum(axis=0) % 2 * 255).astype(np.uint8)
    Image.fromarray(board).convert("1").save(tmp_path / "b.png")
    assert abs(viewed(tmp_path / "b.png").mean() - 127) < 2


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("rgba.png", lambda: Image.new("RGBA", (40, 40), (255, 0, 0, 0))),
        ("la.png", lambda: Image.new("LA", (40, 40), (0, 0))),
        ("rgba.webp", lambda: Image.new("RGBA", (40, 40), (0, 0, 0, 0))),
        ("rgba.tif", lambda: Image.new("RGBA", (40, 40), (9, 9, 9, 0))),
        ("rgba.ico", lambda: Image.new("RGBA", (40, 40), (9, 9, 9, 0))),
        ("rgba.avif", lambda: Image.new("RGBA", (40, 40), (9, 9, 9, 0))),
        ("p.gif", lambda: Image.new("RGBA", (40, 40), (0, 0, 0, 0))),
    ],
)
def test_transparency_is_white(tmp_path: Path, name: str, make: Callable[[], Image.Image]) -> None:
    make().save(tmp_path / name)
    assert viewed(tmp_path / name).min() >= 254


@pytest.mark.parametrize(
    ("mode", "colour", "transparent"),
    [("RGB", (10, 20, 30), (10, 20, 30)), ("L", 7, 7), ("P", 0, 0), ("P", 0, b"\x00"), ("I;16", 500, 500)],
)
def test_a_transparent_colour_of_png_is_white(
    tmp_path: Path, mode: str, colour: Any, transparent: Any
) -> None:
    Image.new(mode, (40, 40), colour).save(tmp_path / "t.png", transparency=transparent)
    assert viewed(tmp_path / "t.png").min() == 255


def test_half_transparent_red_is_pink(tmp_path: Path) -> None:
    Image.new("RGBA", (40, 40), (255, 0, 0, 128)).save(tmp_path / "r.png")
    assert viewed(tmp_path / "r.png")[0, 0].tolist() == [255, 127, 127]


def test_cmyk_is_read_as_its_colours(tmp_path: Path) -> None:
    Image.new("CMYK", (40, 40), (0, 255, 255, 0)).save(tmp_path / "c.jpg", quality=95)
    red, green, blue = viewed(tmp_path / "c.jpg")[20, 20].tolist()
    assert red > 200
    assert max(green, blue) < 60


def swapped_profile() -> bytes:
    """Return sRGB's profile with the primaries of red and blue exchanged."""
    data = bytearray(ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    count = int.from_bytes(data[128:132], "big")
    entries = {bytes(data[at : at + 4]): at for at in range(132, 132 + 12 * count, 12)}
    red, blue = entries[b"rXYZ"], entries[b"bXYZ"]
    data[red + 4 : red + 12], data[blue + 4 : blue + 12] = (
        data[blue + 4 : blue + 12],
        data[red + 4 : red + 12],
    )
    return bytes(data).replace("sRGB".encode("utf-16-be"), "swap".encode("utf-16-be"))


def test_a_colour_profile_is_applied_and_a_damaged_one_ignored(tmp_path: Path) -> None:
    red = Image.new("RGB", (40, 40), (255, 0, 0))
    red.save(tmp_path / "s.png", icc_profile=swapped_profile())
    assert distance(viewed(tmp_path / "s.png"), np.array([[[0, 0, 255]]])) <= 3
    red.save(tmp_path / "d.png", icc_profile=b"damaged")
    assert distance(viewed(tmp_path / "d.png"), red.resize((SIDE, SIDE))) == 0


def test_the_first_frame_of_an_animation_is_read(tmp_path: Path) -> None:
    frames = [Image.new("RGB", (40, 40), colour) for colour in ("red", "lime", "blue")]
    for name in ("a.gif", "a.webp", "a.png", "a.tif"):
        frames[0].save(tmp_path / name, save_all=True, append_images=frames[1:])
        assert distance(viewed(tmp_path / name), frames[0].resize((SIDE, SIDE))) <= 6, name


@pytest.mark.parametrize(
    "suffix", ["jpg", "jpe", "jfif", "JPG", "avif", "jp2", "webp", "bmp", "TIFF", "tga", "qoi"]
)
def test_colours_of_every_format_are_the_same(tmp_path: Path, suffix: str) -> None:
    COLOURS.save(tmp_path / f"c.{suffix}")
    assert np.abs(viewed(tmp_path / f"c.{suffix}") - np.asarray(COLOURS)).mean() < 4


def test_heic_is_read_where_its_library_is_installed(tmp_path: Path) -> None:
    pytest.importorskip("pi_heif")
    (tmp_path / "h.heic").write_bytes(base64.b64decode(HEIC))
    square = viewed(tmp_path / "h.heic")
    assert square[4, 4, 2] > 150 > square[4, 4, 0]
    assert square[-4, -4, 0] > 150 > square[-4, -4, 2]


def test_content_decides_and_not_the_name(tmp_path: Path) -> None:
    COLOURS.save(tmp_path / "c.png")
    for name in ("c.jpg", "c.gif", "c", "c.heic", "c.dat", "c.tif"):
        (tmp_path / name).write_bytes((tmp_path / "c.png").read_bytes())
        assert distance(viewed(tmp_path / name), COLOURS) == 0, name


def test_a_square_stays_as_it_is() -> None:
    square = viewed_square(COLOURS, SIDE)
    assert np.array_equal(np.asarray(square), np.asarray(COLOURS))


def test_sixteen_bits_that_use_twelve_look_black(tmp_path: Path) -> None:
    for factor, black in ((16, True), (257, False), (0, False)):
        Image.fromarray(deep("uint16", factor)).save(tmp_path / "d.png")
        with open_picture(tmp_path / "d.png") as image:
            assert looks_black(image) is black
