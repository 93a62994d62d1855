"""The media store: projects are apart, writes are complete or not there, and removal leaves nothing."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from uuid import uuid4

import pytest

from shoal.media.fsspec_store import FsspecMedia
from shoal.media.sizes import OWN_SIZE, SIZES, smaller_size, stored_size
from shoal.media.store import DamagedFile, data_sha256

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


@pytest.fixture(params=["folder", "memory"])
def root(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return an address: of a folder, and of a file system that is none."""
    return str(tmp_path / "media") if request.param == "folder" else f"memory://{uuid4().hex}"


def overwrite(folder: Path, data: bytes) -> None:
    (file,) = folder.rglob("original")
    file.write_bytes(data)


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
async def test_no_name_leads_out_of_a_project(tmp_path: Path, project: str, sha256: str) -> None:
    with pytest.raises(ValueError):
        await FsspecMedia(str(tmp_path)).get(project, sha256)


async def test_other_bytes_under_a_name_are_not_returned(tmp_path: Path) -> None:
    store = FsspecMedia(str(tmp_path))
    await store.put("news", DATA)
    overwrite(tmp_path, b"something else")
    with pytest.raises(DamagedFile):
        await store.get("news", SHA256)
    await store.put("news", DATA)  # sent again, the image is whole again
    assert await store.get("news", SHA256) == DATA


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
