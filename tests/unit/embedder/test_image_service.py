"""The service's encoder of images: real PNG files from the media store."""

import asyncio
import io
from collections.abc import AsyncIterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from hostkit import digit_png
from shoal.contracts.samples import Content, Cropping
from shoal.media.fsspec_store import FsspecMedia
from shoal_embedder.adapters.encoders.lite0 import LITE0
from shoal_embedder.adapters.encoders.named import EncoderOptions, Model
from shoal_embedder.adapters.pictures.encoding import PictureEncoder
from shoal_embedder.adapters.pictures.reading import PictureReader
from shoal_embedder.domain.crops import Area, BoxOfModel
from shoal_embedder.usecases.ports import BoxedPicture, CroppedPicture, Picture, Unreadable


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Model:
    return LITE0.load(EncoderOptions(cache=Path(tmp_path_factory.mktemp("models"))))


class CountingStore(FsspecMedia):
    """Notes which images are read."""

    def __init__(self, root: str) -> None:
        super().__init__(root)
        self.read: list[str] = []

    async def get(self, project: str, sha256: str) -> bytes | None:
        self.read.append(sha256)
        return await super().get(project, sha256)


@pytest.fixture
def store(tmp_path: Path) -> CountingStore:
    return CountingStore(str(tmp_path))


@pytest.fixture
async def encoder(model: Model, store: FsspecMedia) -> AsyncIterator[PictureEncoder]:
    reader = PictureReader(store, most_pixels=1_000_000)
    yield PictureEncoder(model, LITE0.reduce or (lambda image: image), reader)
    await reader.close()


async def stored(store: FsspecMedia, data: bytes, project: str = "reef") -> str:
    """Store an image; return its URI."""
    return f"media:{await store.put(project, data)}"


def picture(uri: str, project: str = "reef", digest: str | None = None) -> Picture:
    return Picture(project, Content(uri=uri, media_type="image/png", sha256=digest))


def reason(outcome: bytes | Unreadable) -> str:
    assert isinstance(outcome, Unreadable)
    return outcome.detail


async def test_images_have_the_vectors_of_the_bare_model(
    encoder: PictureEncoder, model: Model, store: FsspecMedia
) -> None:
    numbers = range(40)  # more than the model encodes at once
    outcomes = await encoder.encode([picture(await stored(store, digit_png(number))) for number in numbers])
    bare = model.encode([Image.open(io.BytesIO(digit_png(number))) for number in numbers])
    vectors = np.stack([np.frombuffer(outcome, "<f4") for outcome in outcomes if isinstance(outcome, bytes)])
    assert vectors.shape == (40, 1280)
    assert (vectors * bare).sum(axis=1).min() > 0.9999


async def test_an_unreadable_image_costs_itself_only(encoder: PictureEncoder, store: FsspecMedia) -> None:
    contents = [digit_png(0), b"<html>Not found</html>", digit_png(1)[:200], wide_png(), digit_png(1)]
    uris = [await stored(store, data) for data in contents]
    uris.insert(4, "https://images.example.com/1.png")  # ingest reads these before the embedder sees them
    outcomes = await encoder.encode([picture(uri) for uri in uris])
    assert [isinstance(outcome, bytes) for outcome in outcomes] == [True, *[False] * 4, True]
    words = ["a web page", "damaged", "4,000,000 x 1 pixels", "not in the media store"]
    for outcome, word in zip(outcomes[1:5], words, strict=True):
        assert word in reason(outcome)
    good = sha256(digit_png(3)).hexdigest()
    right, wrong = await encoder.encode(
        [
            picture(await stored(store, digit_png(3)), digest=good),
            picture(await stored(store, digit_png(4)), digest=good),
        ]
    )
    assert isinstance(right, bytes)
    assert "content.sha256" in reason(wrong)


def wide_png() -> bytes:
    out = io.BytesIO()
    Image.new("L", (4_000_000, 1)).save(out, "PNG")
    return out.getvalue()


async def test_images_of_the_media_store_are_read_by_their_project_only(
    encoder: PictureEncoder, store: FsspecMedia, tmp_path: Path
) -> None:
    sha = await store.put("reef", digit_png(7))
    torn = await store.put("reef", digit_png(8))
    (tmp_path / "reef" / torn[:2] / torn / "original").write_bytes(b"other bytes")
    own, foreign, damaged, odd = await encoder.encode(
        [
            picture(f"media:{sha}", "reef"),
            picture(f"media:{sha}", "other"),
            picture(f"media:{torn}", "reef"),
            picture("media:../../other", "reef"),
        ]
    )
    assert isinstance(own, bytes)
    assert "no such image" in reason(foreign)
    assert "other bytes" in reason(damaged)
    assert "no SHA-256" in reason(odd)


SHAPES = {
    "left": {"left": 0.1, "top": 0.2, "right": 0.35, "bottom": 0.7},
    "right": {"left": 0.6, "top": 0.2, "right": 0.85, "bottom": 0.7},
}


def shapes_png(turned: bool = False) -> bytes:
    """Return two digits on grey, 400 x 200 pixels; `turned` is the same picture with an EXIF turn."""
    image = Image.new("RGB", (400, 200), "grey")
    for number, box in ((3, SHAPES["left"]), (7, SHAPES["right"])):
        digit = Image.open(io.BytesIO(digit_png(number))).resize((100, 100))
        image.paste(digit, (round(400 * box["left"]), round(200 * box["top"])))
    out, exif = io.BytesIO(), Image.Exif()
    if turned:
        image = image.transpose(Image.Transpose.ROTATE_90)
        exif[274] = 6  # to be turned clockwise
    image.save(out, "PNG", exif=exif)
    return out.getvalue()


def boxed(uri: str, *names: str, whole: bool = True, project: str = "reef", **rules: Any) -> BoxedPicture:
    boxes = [
        BoxOfModel(index=index, crop_id=name, area=Area(**SHAPES[name]), score=None)
        for index, name in enumerate(names)
    ]
    return BoxedPicture(
        picture=picture(uri, project),
        boxes=boxes,
        cropping=Cropping(**{"padding": 0.0, **rules}),
        whole=whole,
    )


async def test_crops_have_the_vectors_of_what_they_show_and_the_image_its_own(
    encoder: PictureEncoder, model: Model, store: CountingStore
) -> None:
    uris = [await stored(store, shapes_png()), await stored(store, shapes_png(turned=True))]
    outcomes = await encoder.encode_boxed([boxed(uri, "left", "right") for uri in uris])
    assert [f"media:{sha256_hex}" for sha256_hex in store.read] == uris  # every image is read once
    (plain,) = await encoder.encode([picture(uris[0])])
    bare = model.encode([Image.open(io.BytesIO(digit_png(number))) for number in (3, 7)])
    for cropped in outcomes:
        assert isinstance(cropped, CroppedPicture)
        vectors = np.stack([np.frombuffer(crop.vector, "<f4") for crop in cropped.crops])
        likeness = vectors @ bare.T
        assert likeness.diagonal().min() > 0.9
        assert likeness.diagonal().min() > max(likeness[0, 1], likeness[1, 0]) + 0.05
    first = outcomes[0]
    assert isinstance(first, CroppedPicture)
    assert first.whole == plain


async def test_crops_are_limited_and_an_image_with_its_own_vector_needs_none(
    encoder: PictureEncoder, store: FsspecMedia
) -> None:
    uri = await stored(store, shapes_png())
    one, small, torn = await encoder.encode_boxed(
        [
            boxed(uri, "left", "right", most=1, whole=False),
            boxed(uri, "left", "right", smallest=101),
            boxed(await stored(store, shapes_png()[:200]), "left"),
        ]
    )
    assert isinstance(one, CroppedPicture)
    assert (one.whole, [crop.box.crop_id for crop in one.crops], one.above_limit) == (None, ["left"], 1)
    assert isinstance(small, CroppedPicture)
    assert (len(small.crops), small.too_small) == (0, 2)
    assert isinstance(torn, Unreadable)


async def test_the_crops_of_one_project_do_not_hold_up_the_image_of_another(
    encoder: PictureEncoder, store: FsspecMedia
) -> None:
    two = await stored(store, shapes_png(), "large")
    many = [boxed(two, *SHAPES, project="large") for _ in range(60)]
    rest = asyncio.create_task(encoder.encode_boxed(many))
    await asyncio.sleep(0)  # they are in line
    await encoder.encode([picture(await stored(store, digit_png(0), "small"), "small")])
    assert not rest.done()
    assert len(await rest) == 60
