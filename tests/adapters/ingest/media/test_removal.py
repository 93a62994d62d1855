"""An image stays while a sample uses it, and goes with the last one."""

import asyncio

import pytest

from adapters.ingest.media.mediakit import Ingest, inline, picture
from shoal.contracts.ids import sample_id
from shoal.media.store import data_sha256

pytestmark = pytest.mark.servers


async def test_an_image_goes_with_the_last_sample_that_uses_it(ingest: Ingest) -> None:
    data = picture(7)
    await ingest.infer({"source_id": "1", "image": inline(data)}, {"source_id": "2", "image": inline(data)})
    await ingest.http.get(
        (await ingest.http.get(f"/v1/projects/news/media/{data_sha256(data)}")).json()["url"]
    )
    assert await ingest.remove() == 0
    for number, left in (("1", 1), ("2", 0)):
        path = f"/v1/projects/news/samples/{sample_id('news', 'default', number)}"
        assert (await ingest.http.delete(path)).status_code == 202
        await ingest.remove()
        assert len(list(ingest.folder.rglob("original"))) == left
    assert not [file for file in ingest.folder.rglob("*") if file.is_file()]  # no picture of it stays either
    (result,) = await ingest.infer({"source_id": "3", "image": {"uri": f"media:{data_sha256(data)}"}})
    assert result["reason"] == "unknown_media"


async def test_an_image_that_is_used_again_while_it_waits_stays(ingest: Ingest) -> None:
    data = picture(8)
    await ingest.infer({"source_id": "1", "image": inline(data)})
    await ingest.http.delete(f"/v1/projects/news/samples/{sample_id('news', 'default', '1')}")
    await ingest.infer({"source_id": "2", "image": {"uri": f"media:{data_sha256(data)}"}})
    assert await ingest.remove() == 0
    assert (await ingest.upload(data)).json()["new"] is False
    assert await ingest.remove() == 0


async def test_many_requests_of_one_image_leave_one_file_and_every_use(ingest: Ingest) -> None:
    data = picture(9)

    async def churn(number: int) -> None:
        while True:  # a removal without its five minutes may come between storing and using
            (result,) = await ingest.infer({"source_id": str(number), "image": inline(data)})
            if result["status"] == "accepted":
                break
            assert result["reason"] == "unknown_media"
        path = f"/v1/projects/news/samples/{sample_id('news', 'default', str(number))}"
        if number % 2:
            assert (await ingest.http.delete(path)).status_code == 202
        await ingest.remove()

    await asyncio.gather(*map(churn, range(12)))
    assert await ingest.remove() == 0
    uses = await ingest.pool.fetchval("SELECT count(*) FROM media_uses")
    assert uses == 6
    assert [file.read_bytes() for file in ingest.folder.rglob("original")] == [data]


async def test_what_an_erased_sample_sends_again_is_used_by_nobody_and_removed(ingest: Ingest) -> None:
    data = picture(10)
    item = {"source_id": "1", "image": inline(data)}
    await ingest.infer(item)
    path = f"/v1/projects/news/samples/{sample_id('news', 'default', '1')}"
    assert (await ingest.http.delete(path)).status_code == 202
    (again,) = await ingest.infer(item)  # accepted, and ignored by every later service
    assert again["status"] == "accepted"
    assert await ingest.pool.fetchval("SELECT count(*) FROM media_uses") == 0
    assert await ingest.remove() == 1
    assert not [file for file in ingest.folder.rglob("*") if file.is_file()]


async def test_erasures_and_inferences_at_once_leave_no_image_of_an_erased_sample(ingest: Ingest) -> None:
    items = [{"source_id": str(number), "image": inline(picture(20 + number))} for number in range(12)]
    await ingest.infer(*items)

    async def erase(number: int) -> None:
        path = f"/v1/projects/news/samples/{sample_id('news', 'default', str(number))}"
        assert (await ingest.http.delete(path)).status_code == 202

    await asyncio.gather(*map(erase, range(12)), *(ingest.infer(item) for item in items * 3))
    assert await ingest.pool.fetchval("SELECT count(*) FROM media_uses") == 0
    await ingest.remove()
    assert not [file for file in ingest.folder.rglob("*") if file.is_file()]
