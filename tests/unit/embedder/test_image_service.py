"""The service's encoder of images: real PNG files over real sockets, and hosts that behave badly."""

import asyncio
import io
import time
from collections.abc import AsyncIterator, Callable
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from shoal.contracts.samples import Content
from shoal.http.networks import Networks
from shoal.media.fsspec_store import FsspecMedia
from shoal.sources import Sources
from shoal_embedder.adapters.encoders.lite0 import LITE0
from shoal_embedder.adapters.encoders.named import EncoderOptions, Model
from shoal_embedder.adapters.pictures.breaking import FAILURES, PAUSE_S
from shoal_embedder.adapters.pictures.encoding import PictureEncoder
from shoal_embedder.adapters.pictures.fetching import Fetcher
from shoal_embedder.adapters.pictures.reading import PictureReader
from shoal_embedder.usecases.ports import Picture, Unreadable
from unit.embedder.hostkit import LOOPBACK, ImageHost, digit_png, image_host

Open = Callable[..., PictureEncoder]


class Time:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Model:
    return LITE0.load(EncoderOptions(cache=Path(tmp_path_factory.mktemp("models"))))


@pytest.fixture
async def host() -> AsyncIterator[ImageHost]:
    async with image_host() as present:
        yield present


@pytest.fixture
def clock() -> Time:
    return Time()


@pytest.fixture
async def encoder(
    model: Model, host: ImageHost, clock: Time, tmp_path: Path
) -> AsyncIterator[PictureEncoder]:
    reader = open_reader(host, clock, tmp_path)
    yield PictureEncoder(model, LITE0.reduce or (lambda image: image), reader)
    await reader.close()


def open_reader(host: ImageHost, clock: Time, folder: Path, *, networks: str = LOOPBACK) -> PictureReader:
    fetcher = Fetcher(
        sources=Sources.parse(host.hosts),
        networks=Networks.parse(networks),
        most_bytes=50_000,
        timeout_s=1.0,
        clock=clock,
    )
    return PictureReader(FsspecMedia(str(folder)), fetcher, most_pixels=1_000_000)


def picture(uri: str, project: str = "reef", digest: str | None = None) -> Picture:
    return Picture(project, Content(uri=uri, media_type="image/png", sha256=digest))


def reason(outcome: bytes | Unreadable) -> str:
    assert isinstance(outcome, Unreadable)
    return outcome.detail


async def test_images_have_the_vectors_of_the_bare_model(
    encoder: PictureEncoder, model: Model, host: ImageHost
) -> None:
    numbers = range(40)  # more than the model encodes at once
    outcomes = await encoder.encode([picture(host.uri(f"{number}.png")) for number in numbers])
    bare = model.encode([Image.open(io.BytesIO(digit_png(number))) for number in numbers])
    vectors = np.stack([np.frombuffer(outcome, "<f4") for outcome in outcomes if isinstance(outcome, bytes)])
    assert vectors.shape == (40, 1280)
    assert (vectors * bare).sum(axis=1).min() > 0.9999


async def test_an_unreadable_image_costs_itself_only(encoder: PictureEncoder, host: ImageHost) -> None:
    host.bodies |= {
        "text.png": b"<html>Not found</html>",
        "torn.png": digit_png(1)[:200],
        "large.png": b"x" * 60_000,
        "wide.png": wide_png(),
    }
    good = sha256(digit_png(3)).hexdigest()
    uris = ["0.png", "text.png", "torn.png", "large.png", "wide.png", "status/404", "1.png"]
    outcomes = await encoder.encode([picture(host.uri(uri)) for uri in uris])
    assert [isinstance(outcome, bytes) for outcome in outcomes] == [True, *[False] * 5, True]
    words = ["a web page", "damaged", "more than 50,000 bytes", "4,000,000 x 1 pixels", "answers 404"]
    for outcome, word in zip(outcomes[1:6], words, strict=True):
        assert word in reason(outcome)
    right, wrong = await encoder.encode(
        [picture(host.uri("3.png"), digest=good), picture(host.uri("4.png"), digest=good)]
    )
    assert isinstance(right, bytes)
    assert "content.sha256" in reason(wrong)


def wide_png() -> bytes:
    out = io.BytesIO()
    Image.new("L", (4_000_000, 1)).save(out, "PNG")
    return out.getvalue()


async def test_images_of_the_media_store_are_read_by_their_project_only(
    encoder: PictureEncoder, tmp_path: Path
) -> None:
    stored = await FsspecMedia(str(tmp_path)).put("reef", digit_png(7))
    torn = await FsspecMedia(str(tmp_path)).put("reef", digit_png(8))
    (tmp_path / "reef" / torn[:2] / torn / "original").write_bytes(b"other bytes")
    own, foreign, damaged, odd = await encoder.encode(
        [
            picture(f"media:{stored}", "reef"),
            picture(f"media:{stored}", "other"),
            picture(f"media:{torn}", "reef"),
            picture("media:../../other", "reef"),
        ]
    )
    assert isinstance(own, bytes)
    assert "no such image" in reason(foreign)
    assert "other bytes" in reason(damaged)
    assert "no SHA-256" in reason(odd)


async def test_redirects_stay_within_the_allowed_hosts(encoder: PictureEncoder, host: ImageHost) -> None:
    inside, outside, loop = await encoder.encode(
        [
            picture(host.uri("redirect//2.png")),
            picture(host.uri("redirect/http://169.254.169.254/latest")),
            picture(host.uri(f"redirect/{host.uri('redirect/' * 9)}2.png")),
        ]
    )
    assert isinstance(inside, bytes)
    assert "SHOAL_MEDIA_HOSTS" in reason(outside)
    assert "more than 3 times" in reason(loop)


async def test_a_private_address_is_refused_unless_a_setting_allows_it(
    model: Model, host: ImageHost, clock: Time, tmp_path: Path
) -> None:
    reader = open_reader(host, clock, tmp_path, networks="")
    encoder = PictureEncoder(model, LITE0.reduce or (lambda image: image), reader)
    (refused,) = await encoder.encode([picture(host.uri("1.png"))])
    assert "not public" in reason(refused)
    assert host.asked == []
    await reader.close()


async def test_a_slow_host_of_one_tenant_does_not_hold_up_another(
    encoder: PictureEncoder, host: ImageHost, clock: Time
) -> None:
    slow = [picture(host.uri(f"slow/{number}"), "slow-tenant") for number in range(200)]
    other = [picture(host.uri(f"{number}.png"), "reef") for number in range(10)]
    begun = time.perf_counter()
    finished: list[float] = []

    async def encode_others() -> None:
        assert all(isinstance(outcome, bytes) for outcome in await encoder.encode(other))
        finished.append(time.perf_counter() - begun)

    outcomes, _ = await asyncio.gather(encoder.encode(slow), encode_others())
    assert finished[0] < time.perf_counter() - begun
    assert all("replay the dead letter" in reason(outcome) for outcome in outcomes)
    asked = sum(path.startswith("slow") for path in host.asked)
    assert FAILURES <= asked <= 16  # the others are not even tried
    assert isinstance((await encoder.encode([picture(host.uri("5.png"), "reef")]))[0], bytes)
    (left_alone,) = await encoder.encode([picture(host.uri("6.png"), "slow-tenant")])
    assert "left alone" in reason(left_alone)
    clock.now += PAUSE_S + 1
    assert isinstance((await encoder.encode([picture(host.uri("6.png"), "slow-tenant")]))[0], bytes)
