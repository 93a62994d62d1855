"""Images are shown under signed addresses only."""

import io

import pytest
from PIL import Image

from adapters.ingest.media.mediakit import KEY, OLD_KEY, Ingest, picture
from shoal.clock import utc_now
from shoal.media.addresses import sign_address

pytestmark = pytest.mark.servers


async def test_a_person_sees_a_re_encoded_picture_under_a_signed_address(ingest: Ingest) -> None:
    data = picture(2, 400, 100, "JPEG")
    sha256 = (await ingest.upload(data)).json()["media"]
    answer = (await ingest.http.get(f"/v1/projects/news/media/{sha256}")).json()
    for path, size in ((answer["url"], (400, 100)), (answer["thumbnail"], (320, 80))):
        for _ in range(2):
            response = await ingest.http.get(path)
            assert response.status_code == 200
            assert response.content != data
            assert Image.open(io.BytesIO(response.content)).size == size
            headers = response.headers
            assert headers["content-security-policy"] == "default-src 'none'; sandbox"
            assert headers["x-content-type-options"] == "nosniff"
            assert headers["content-type"] == "image/jpeg"
            assert "immutable" in headers["cache-control"]
    small = await ingest.http.get(answer["url"], params={"size": 100})
    assert Image.open(io.BytesIO(small.content)).size == (160, 40)
    larger = await ingest.http.get(answer["thumbnail"], params={"size": 5000})
    assert Image.open(io.BytesIO(larger.content)).size == (320, 80)


async def test_a_signed_address_of_a_part_shows_that_part_and_stores_nothing(ingest: Ingest) -> None:
    sha256 = (await ingest.upload(picture(2, 400, 100))).json()["media"]
    corners = (0.25, 0.5, 0.75, 1.0)
    files = sorted(ingest.folder.rglob("*"))
    for size, shown in ((0, (200, 50)), (160, (160, 40))):
        token = sign_address(KEY, "news", sha256, size=size, now=utc_now(), crop=corners)
        response = await ingest.http.get(f"/v1/media/{token}")
        assert response.status_code == 200
        assert Image.open(io.BytesIO(response.content)).size == shown
    assert sorted(ingest.folder.rglob("*")) == files
    gone = sign_address(KEY, "news", "0" * 64, size=0, now=utc_now(), crop=corners)
    assert (await ingest.http.get(f"/v1/media/{gone}")).status_code == 404


async def test_only_a_signed_address_that_has_not_expired_opens_an_image(ingest: Ingest) -> None:
    sha256 = (await ingest.upload(picture(3))).json()["media"]
    now = utc_now()

    async def status(key: str, project: str = "news", hour: int = now.hour, sha: str = sha256) -> int:
        token = sign_address(key, project, sha, size=0, now=now.replace(hour=hour))
        return (await ingest.http.get(f"/v1/media/{token}")).status_code

    assert await status(KEY) == 200
    assert await status(OLD_KEY) == 200
    assert await status("x" * 40) == 404
    assert await status(KEY, project="sports") == 404  # equal bytes would be another file
    assert await status(KEY, sha="0" * 64) == 404
    old = sign_address(KEY, "news", sha256, size=0, now=now.replace(year=2020))
    assert (await ingest.http.get(f"/v1/media/{old}")).status_code == 403
    assert (await ingest.http.get("/v1/media/nonsense")).status_code == 404
