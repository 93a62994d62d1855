"""The media store: projects are apart, writes are complete or not there, and removal leaves nothing."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import fsspec
import pytest

from bucketkit import gcs_bucket, s3_bucket
from shoal.media.fsspec_store import FsspecMedia
from shoal.media.sizes import OWN_SIZE, SIZES, smaller_size, stored_size
from shoal.media.store import DamagedFile, data_sha256
from shoal.messaging.errors import Transient

DATA = b"the bytes of an image"
SHA256 = data_sha256(DATA)
WRITER = """
import asyncio, sys
from shoal.media.fsspec_store import FsspecMedia
async def write():
    store = FsspecMedia(sys.argv[1])
    print("ready", flush=True)
    for number in range(1_000_000):
        await store.put("news", number.to_bytes(4, "big") * 500_000)
asyncio.run(write())
"""


@pytest.fixture(params=["folder", "memory", "s3", "gcs"])
def root(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Yield an address: of a folder, of memory, and of a folder in a bucket at a local server."""
    buckets = {"s3": s3_bucket, "gcs": gcs_bucket}
    if request.param in buckets:
        with buckets[request.param](monkeypatch) as bucket:
            yield f"{bucket}/media"
    else:
        yield str(tmp_path / "media") if request.param == "folder" else f"memory://{uuid4().hex}"


def stored_files(root: str) -> dict[str, bytes]:
    """Return every file below the address with its bytes, past the store."""
    files, path = fsspec.core.url_to_fs(root, skip_instance_cache=True)
    names = files.find(path) if files.exists(path) else []
    return {name.removeprefix(path).lstrip("/"): files.cat_file(name) for name in names}


def overwrite(root: str, data: bytes) -> None:
    (name,) = (name for name in stored_files(root) if name.endswith("/original"))
    files, path = fsspec.core.url_to_fs(root, skip_instance_cache=True)
    files.pipe_file(f"{path}/{name}", data)


async def test_what_is_stored_is_read_and_removed(root: str) -> None:
    store = FsspecMedia(root)
    assert await store.get("news", SHA256) is None
    assert await store.put("news", DATA) == SHA256
    assert await store.put("news", DATA) == SHA256
    assert await store.get("news", SHA256) == DATA
    assert await store.get_shown("news", SHA256, 320) is None
    await store.put_shown("news", SHA256, 320, b"small")
    assert await store.get_shown("news", SHA256, 320) == b"small"
    await store.remove("news", SHA256)
    await store.remove("news", SHA256)
    assert await store.get("news", SHA256) is None
    assert await store.get_shown("news", SHA256, 320) is None
    assert stored_files(root) == {}


async def test_files_lie_where_the_documentation_says(root: str) -> None:
    store = FsspecMedia(root)
    await store.put("news", DATA)
    await store.put_shown("news", SHA256, 320, b"small")
    folder = f"news/{SHA256[:2]}/{SHA256}"
    assert stored_files(root) == {f"{folder}/original": DATA, f"{folder}/shown-320": b"small"}


@pytest.mark.filterwarnings("ignore:Sending a large body:ResourceWarning")  # gcsfs sends it at once
async def test_an_image_of_twenty_megabytes_is_stored_whole(root: str) -> None:
    data = bytes(range(256)) * (20 * 1024 * 4)
    sha256 = await FsspecMedia(root).put("news", data)
    assert await FsspecMedia(root).get("news", sha256) == data


async def test_what_another_process_stores_and_removes_is_seen(root: str) -> None:
    one, other = FsspecMedia(root), FsspecMedia(root)
    assert await other.get("news", SHA256) is None
    await one.put("news", DATA)
    assert await other.get("news", SHA256) == DATA
    await other.remove("news", SHA256)
    assert await one.get("news", SHA256) is None
    await one.put("news", DATA)
    assert await other.get("news", SHA256) == DATA


async def test_many_writers_of_one_image_leave_one_file(root: str) -> None:
    stores = [FsspecMedia(root) for _ in range(8)]
    await asyncio.gather(*(store.put("news", DATA) for store in stores))
    assert list(stored_files(root).values()) == [DATA]


async def test_equal_bytes_of_two_projects_are_two_files(root: str) -> None:
    store = FsspecMedia(root)
    await store.put("news", DATA)
    assert await store.get("sports", SHA256) is None
    await store.put("sports", DATA)
    await store.remove("news", SHA256)
    assert await store.get("sports", SHA256) == DATA


@pytest.mark.parametrize(
    ("project", "sha256"), [("../news", SHA256), ("..", SHA256), ("news", f"../{SHA256}"), ("news\n", SHA256)]
)
async def test_no_name_leads_out_of_a_project(root: str, project: str, sha256: str) -> None:
    store = FsspecMedia(root)
    for work in (store.get(project, sha256), store.remove(project, sha256)):
        with pytest.raises(ValueError):
            await work


async def test_other_bytes_under_a_name_are_not_returned(root: str) -> None:
    store = FsspecMedia(root)
    await store.put("news", DATA)
    overwrite(root, b"something else")
    with pytest.raises(DamagedFile):
        await store.get("news", SHA256)
    await store.put("news", DATA)  # sent again, the image is whole again
    assert await store.get("news", SHA256) == DATA


async def test_images_are_read_together_without_those_that_are_missing_or_damaged(root: str) -> None:
    store = FsspecMedia(root)
    whole = [await store.put("news", data) for data in (b"one", b"two")]
    damaged = await store.put("sports", DATA)
    overwrite(f"{root}/sports", b"something else")
    assert await store.get_intact("news", [whole[1], "0" * 64, whole[0]]) == [b"two", None, b"one"]
    assert await store.get_intact("sports", [damaged]) == [None]
    assert await store.get_intact("news", []) == []


async def test_an_object_store_that_does_not_answer_is_an_outage(monkeypatch: pytest.MonkeyPatch) -> None:
    with s3_bucket(monkeypatch) as bucket:
        store = FsspecMedia(f"{bucket}/media")
        await store.put("news", DATA)
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")  # the port discard, where nothing listens
    away = FsspecMedia(f"{bucket}/media")
    reads = (away.get("news", SHA256), away.get_intact("news", [SHA256]))
    for work in (*reads, away.put("news", DATA), away.remove("news", SHA256)):
        with pytest.raises(Transient, match="media store"):
            await work


def test_a_killed_writer_leaves_no_part_of_a_file(tmp_path: Path) -> None:
    for wait in (0.0, 0.01, 0.05):
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(tmp_path)], stdout=subprocess.PIPE, text=True
        )
        assert writer.stdout is not None
        assert writer.stdout.readline() == "ready\n"
        time.sleep(wait)
        os.kill(writer.pid, signal.SIGKILL)
        writer.wait()
        writer.stdout.close()
    for file in tmp_path.rglob("original"):
        assert data_sha256(file.read_bytes()) == file.parent.name


def test_a_wanted_size_is_one_of_a_few() -> None:
    assert {stored_size(wanted) for wanted in range(-5, 20_000)} == {OWN_SIZE, *SIZES}
    assert stored_size(1) == 160
    assert stored_size(160) == 160
    assert stored_size(161) == 320
    assert smaller_size(320, 0) == 320
    assert smaller_size(320, 1000) == 320
    assert smaller_size(0, 160) == 160
    assert smaller_size(0, 0) == OWN_SIZE
