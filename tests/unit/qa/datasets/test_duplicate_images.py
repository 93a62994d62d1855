"""Near-duplicate images across splits: resized and recompressed copies are found, others are not."""

import io
import random

import numpy as np
import pytest
from PIL import Image, ImageDraw

from shoal.pictures.showing import PictureLimits, inspect_picture
from shoal_qa.domain.near_duplicates.images import MOST_BITS, hash_distance
from shoal_qa.domain.near_duplicates.samples import ShownSample, SplitDuplicates


def picture(seed: int, size: tuple[int, int] = (320, 240)) -> Image.Image:
    """Return a drawing of shapes on a gradient, different for each seed."""
    draw_number = random.Random(seed)
    levels = np.add.outer(np.linspace(0, 60, size[1]), np.linspace(0, draw_number.randrange(120), size[0]))
    image = Image.fromarray(levels.astype(np.uint8)).convert("RGB")
    pen = ImageDraw.Draw(image)
    for _ in range(12):
        left, top = draw_number.randrange(size[0]), draw_number.randrange(size[1])
        right, bottom = left + draw_number.randrange(20, 120), top + draw_number.randrange(20, 120)
        colour = tuple(draw_number.randrange(256) for _ in range(3))
        draw_shape = draw_number.choice((pen.ellipse, pen.rectangle))
        draw_shape((left, top, right, bottom), fill=colour)
    return image


def encoded(image: Image.Image, form: str = "PNG", **options: int) -> bytes:
    file = io.BytesIO()
    image.save(file, form, **options)
    return file.getvalue()


def hash_of(data: bytes) -> str | None:
    return inspect_picture(data, PictureLimits()).perceptual_hash


COPIES = {
    "jpeg": lambda image: encoded(image, "JPEG", quality=40),
    "half": lambda image: encoded(image.resize((160, 120))),
    "small": lambda image: encoded(image.resize((64, 48)), "JPEG", quality=80),
    "enlarged": lambda image: encoded(image.resize((600, 450))),
    "webp": lambda image: encoded(image, "WEBP", quality=60),
    "brighter": lambda image: encoded(image.point(lambda level: min(255, int(level * 1.1)))),
}


@pytest.mark.parametrize("name", list(COPIES))
def test_a_copy_has_nearly_the_hash_of_its_image(name: str) -> None:
    distances = []
    for seed in range(30):
        image = picture(seed)
        one, other = hash_of(encoded(image)), hash_of(COPIES[name](image))
        assert one is not None
        assert other is not None
        distances.append(distance(one, other))
    assert np.quantile(distances, 0.9) <= MOST_BITS


def distance(one: str, other: str) -> int:
    first, second = (np.frombuffer(bytes.fromhex(value), np.uint8)[None] for value in (one, other))
    return int(hash_distance(first, second)[0])


def test_different_images_have_different_hashes_and_one_colour_has_none() -> None:
    hashes = [hash_of(encoded(picture(seed))) for seed in range(60)]
    pairs = [(one, other) for number, one in enumerate(hashes) for other in hashes[:number]]
    assert min(distance(one, other) for one, other in pairs if one and other) > 2 * MOST_BITS
    assert hash_of(encoded(Image.new("RGB", (100, 50), "#8080ff"))) is None


def test_copies_in_other_splits_are_found_among_thousands_of_images() -> None:
    draws, duplicates = np.random.default_rng(1), SplitDuplicates()
    hashes = draws.integers(0, 256, (20_000, 16), np.uint8)
    hashes[:5000, :4] = hashes[0, :4]  # images of one background: the first bits are those of all
    copies = hashes[::10].copy()
    for copy in copies:
        for bit in draws.choice(128, MOST_BITS, replace=False):
            copy[bit // 8] ^= 1 << (bit % 8)
    duplicates.add(shown(f"a{n}", "train", value) for n, value in enumerate(hashes))
    duplicates.add(shown(f"b{10 * n}", "test", value) for n, value in enumerate(copies))
    found = duplicates.find(10_000)
    assert all(pair.samples[0][1:] == pair.samples[1][1:] for pair in found.examples)
    assert found.samples >= 0.98 * 2 * len(copies)


def test_every_frame_of_a_long_scene_is_found() -> None:
    draws, duplicates = np.random.default_rng(2), SplitDuplicates()
    scene = draws.integers(0, 256, 16, np.uint8)
    frames = np.repeat(scene[None], 500, axis=0)
    frames[np.arange(500), draws.integers(0, 16, 500)] ^= 1
    duplicates.add(shown(f"a{n}", "train", frame) for n, frame in enumerate(frames))
    duplicates.add([shown("b", "test", scene)])
    assert duplicates.find(1).samples == 501


def shown(name: str, split: str, value: np.ndarray) -> ShownSample:
    return ShownSample(name, split, "", value.tobytes().hex())
