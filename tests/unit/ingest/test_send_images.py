"""A folder of images is sent once, whatever happens in between, and every refused file is named."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from shoal.media.store import data_sha256, media_uri
from shoal_ingest.cli.sent_images import SentImages
from shoal_ingest.usecases.sending.send_images import CHUNK, ImageFile, ImageRefused, SendImages
from shoal_ingest.usecases.sending.send_log import NotSent


class Door:
    """Keeps images and the inferences that name them; ends after a number of uploads, if there is one."""

    def __init__(self) -> None:
        self.images: dict[str, bytes] = {}
        self.inferences: list[dict[str, Any]] = []
        self.uploads = 0
        self.ends_after: int | None = None

    def store(self, project: str, data: bytes) -> str:
        assert project == "reef"
        uri = media_uri(data_sha256(data))
        if uri in self.images:
            return uri
        if data.startswith(b"bad"):
            raise ImageRefused("the image is not accepted: damaged", "Send the bytes of one image")
        if self.uploads == self.ends_after:
            raise NotSent("ingest does not answer")
        self.uploads += 1
        self.images[uri] = data
        return uri

    def post(self, lines: Sequence[bytes]) -> Sequence[Mapping[str, Any]]:
        results = []
        for record in map(json.loads, lines):
            assert record["image"]["uri"] in self.images
            new = record["source_id"] not in {sent["source_id"] for sent in self.inferences}
            self.inferences.append(record)
            results.append({"status": "accepted", "sample_id": f"id-{record['source_id']}", "new": new})
        return results


def write_files(folder: Path, count: int) -> list[ImageFile]:
    files = []
    for number in range(count):
        path = folder / f"{number:03}.png"
        path.write_bytes(b"image %d" % number)
        files.append(ImageFile(path=path, name=path.name, fields={}))
    return files


def send(door: Door, files: Sequence[ImageFile], jobs: int = 4) -> SentImages:
    """Send files; return the counts up to the end or to the failure."""
    sent = SentImages("photos", lines.append)
    try:
        for outcomes in SendImages(door, project="reef", source="camera", jobs=jobs)(files):
            sent.add(outcomes)
    except NotSent as error:
        lines.append(str(error))
    return sent


lines: list[str] = []


@pytest.fixture(autouse=True)
def _no_lines() -> None:
    lines.clear()


def test_every_image_becomes_the_inference_of_its_path(tmp_path: Path) -> None:
    door, files = Door(), write_files(tmp_path, 3)
    label = {"prediction": {"model": "m", "label": "crab"}}
    files[1] = ImageFile(path=files[1].path, name="deep/er/001.png", fields=label)
    sent = send(door, files)
    assert [record["source_id"] for record in door.inferences] == ["000.png", "deep/er/001.png", "002.png"]
    assert door.inferences[1] == {
        "project": "reef",
        "source": "camera",
        "source_id": "deep/er/001.png",
        "image": {"uri": media_uri(data_sha256(b"image 1"))},
        **label,
    }
    assert sent.id_rows[0] == {"file": "000.png", "sample_id": "id-000.png", "status": "accepted"}
    assert lines == []


def test_a_file_that_cannot_be_sent_is_named_and_the_others_go(tmp_path: Path) -> None:
    door, files = Door(), write_files(tmp_path, 4)
    files[1].path.write_bytes(b"bad")
    files[2].path.unlink()
    odd = tmp_path / "odd.png"
    odd.write_bytes(b"image 9")
    files.append(ImageFile(path=odd, name="caf\udce9.png", fields={}))
    sent = send(door, files)
    assert sent.counts() == {"folder": "photos", "images": 5, "accepted": 2, "repeated": 0, "refused": 3}
    assert "001.png: the image is not accepted: damaged. Send the bytes of one image" in lines
    assert any(line.startswith("002.png: cannot be read: No such file") for line in lines)
    assert any("the name is not UTF-8" in line for line in lines)


@pytest.mark.parametrize("jobs", [1, 4])
def test_a_stopped_command_goes_on_where_it_was(tmp_path: Path, jobs: int) -> None:
    door, files = Door(), write_files(tmp_path, 2 * CHUNK + 20)
    door.ends_after = CHUNK + 10
    first = send(door, files, jobs)
    assert first.total == CHUNK
    assert lines == ["ingest does not answer"]
    assert "Sent before: 100 images" in first.sent_before()
    door.ends_after = None
    again = send(door, files, jobs)
    assert again.counts()["repeated"] == CHUNK
    assert again.counts()["accepted"] == CHUNK + 20
    assert door.uploads == len(files)  # no image was sent twice
    assert len({record["source_id"] for record in door.inferences}) == len(files)
