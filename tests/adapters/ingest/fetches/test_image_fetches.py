"""Images at addresses, with PostgreSQL, a folder and real hosts: fetched once, and shown to people."""

import pytest
from prometheus_client import REGISTRY

from adapters.ingest.fetches.fetchkit import VECTOR, Ingest, claim, image
from hostkit import digit_png
from shoal.contracts.ids import sample_id
from shoal.contracts.samples import Content
from shoal.media.store import data_sha256
from shoal.pictures.showing import PictureLimits, inspect_picture
from shoal_ingest.adapters.fetches import PostgresFetches

pytestmark = pytest.mark.servers


async def test_a_person_sees_the_image_of_an_address_and_it_is_fetched_once(ingest: Ingest) -> None:
    uri = ingest.host.uri("3.png")
    (result,) = await ingest.send(image(uri, prediction={"model": "m", "label": "three"}))
    assert (result["status"], result["new"]) == ("accepted", True)
    await ingest.fetch()
    ((topic, event, headers),) = await ingest.outbox()
    sha256 = data_sha256(digit_png(3))
    assert topic == "samples.ingested"
    assert headers["ce_type"] == b"shoal.sample.ingested.v1"
    assert event["content"] == {
        **Content().model_dump(),
        "uri": f"media:{sha256}",
        "sha256": sha256,
        "media_type": "image/png",
        "width": 64,
        "height": 64,
        "bytes": len(digit_png(3)),
        "perceptual_hash": inspect_picture(digit_png(3), PictureLimits()).perceptual_hash,
    }
    assert event["prediction"]["label"] == "three"
    url = (await ingest.http.get(f"/v1/projects/news/media/{sha256}")).json()["url"]
    assert (await ingest.http.get(url)).headers["content-type"] == "image/png"
    # The same sample again, with another prediction: its image is there.
    (again,) = await ingest.send(image(uri, prediction={"model": "m", "version": "2", "label": "eight"}))
    assert again["new"] is False
    await ingest.fetch()
    assert [event["prediction"]["label"] for _, event, _ in await ingest.outbox()] == ["three", "eight"]
    assert ingest.host.asked == ["3.png"]
    assert await ingest.waiting() == 0


async def test_an_image_with_a_vector_is_fetched_too_if_its_host_is_allowed(ingest: Ingest) -> None:
    results = await ingest.send(
        image(ingest.host.uri("4.png"), "1", embedding=VECTOR),
        image("https://elsewhere.example/1.png", "2", embedding=VECTOR),
        {"source_id": "3", "content": {"uri": ingest.host.uri("a.wav"), "media_type": "audio/wav"}}
        | {"embedding": VECTOR},
    )
    assert [result["status"] for result in results] == ["accepted"] * 3
    topics = [message.topic for message in ingest.publisher.messages]
    assert topics == ["samples.referenced", "samples.ingested", "samples.ingested"]
    await ingest.fetch()
    ((_, event, _),) = await ingest.outbox()
    assert event["content"]["uri"] == f"media:{data_sha256(digit_png(4))}"
    assert event["embedding"]["generation"]["name"] == "mine"


async def test_an_image_whose_boxes_become_crops_goes_to_their_topic(ingest: Ingest) -> None:
    settings = {"project": "reef", "cropping": {"most": 3}}
    assert (await ingest.http.post("/v1/projects", json=settings)).status_code == 201
    box = {"label": "crab", "left": 0.1, "top": 0.2, "right": 0.4, "bottom": 0.5}
    prediction = {"model": "m", "boxes": [box]}
    await ingest.send(image(ingest.host.uri("5.png"), prediction=prediction), project="reef")
    assert [message.topic for message in ingest.publisher.messages] == ["samples.referenced"]
    await ingest.fetch()
    ((topic, event, _),) = await ingest.outbox()
    assert topic == "samples.boxed"
    assert event["cropping"]["most"] == 3
    assert event["content"]["uri"] == f"media:{data_sha256(digit_png(5))}"


async def test_what_waits_is_measured(ingest: Ingest) -> None:
    await ingest.send(*(image(ingest.host.uri(f"slow/{number}"), str(number)) for number in range(3)))
    await PostgresFetches(ingest.pool).measure()
    assert REGISTRY.get_sample_value("shoal_ingest_waiting_fetches", {"project": "news"}) == 3
    seconds = REGISTRY.get_sample_value("shoal_ingest_oldest_fetch_seconds", {"project": "news"})
    assert seconds is not None
    assert 0 <= seconds < 60


async def test_an_erased_sample_is_not_fetched_and_leaves_no_image(ingest: Ingest) -> None:
    uri = ingest.host.uri("7.png")
    (result,) = await ingest.send(image(uri))
    erase = f"/v1/projects/news/samples/{result['sample_id']}"
    assert (await ingest.http.delete(erase)).status_code == 202
    assert await ingest.waiting() == 0
    await ingest.consume()  # a redelivery after the erasure
    assert await ingest.waiting() == 0
    # Sent again under way: the erasure comes while the image is being fetched.
    await ingest.send(image(uri, "2"))
    queue = PostgresFetches(ingest.pool)
    (fetch,) = await claim(queue)
    sha256 = (await ingest.http.post("/v1/projects/news/media", content=digit_png(7))).json()["media"]
    await ingest.http.delete(f"/v1/projects/news/samples/{sample_id('news', 'default', '2')}")
    message = ingest.publisher.messages[0]
    assert await queue.finish(fetch, sha256, message) is False
    assert await ingest.pool.fetchval("SELECT count(*) FROM media_uses") == 0
    assert not [topic for topic, *_ in await ingest.outbox() if topic == "samples.ingested"]
