"""The image at an address: from the inference to the picture that an annotator sees."""

import io
from typing import Any

import httpx
import pytest
from PIL import Image

from e2e.client import Client, eventually
from e2e.conftest import Running
from hostkit import digit_png, image_host
from shoal.media.store import data_sha256

pytestmark = [pytest.mark.servers, pytest.mark.timeout(900)]
PROJECT = "addresses"


async def test_an_annotator_sees_the_image_of_an_address(running: Running) -> None:
    async with httpx.AsyncClient(timeout=30) as http, image_host(running.image_port) as host:
        client = Client(running.shoal, http)
        await client.project(PROJECT, ["odd", "even"])
        strategy, labeling = {"kind": "random", "share": 1.0}, {"votes": 1, "max_votes": 1}
        await client.campaign(PROJECT, name="all", strategy=strategy, budget={"votes": 9}, labeling=labeling)
        host.bodies["torn.png"] = digit_png(1)[:90]
        await client.send(
            [
                {"project": PROJECT, "source_id": path, "image": {"uri": host.uri(path)}}
                for path in ("torn.png", "7.png")
            ]
        )

        async def next_task() -> Any:
            path = f"/v1/projects/{PROJECT}/queue/next"
            answer = await client.ask("labeling-gateway", "GET", path, params={"annotator": "ann"})
            return answer.json() if answer.status_code == httpx.codes.OK else None

        task = await eventually(next_task)
        assert task["content"]["sha256"] == data_sha256(digit_png(7))
        media = task["content"]["media"]
        assert (media["width"], media["height"]) == (64, 64)
        for name in ("url", "thumbnail"):
            picture = await http.get(media[name])
            assert picture.status_code == httpx.codes.OK
            assert Image.open(io.BytesIO(picture.content)).size == (64, 64)
        assert host.asked.count("7.png") == 1  # by ingest; embedder, gateway and people never ask the host
