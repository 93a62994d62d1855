"""Every storage of dataset files: a folder, its address as a URL, and one in memory."""

import secrets
from pathlib import Path

import pytest

from shoal_qa.adapters.files.datasets import FsspecFiles

FOLDER = "news/topics/v1"
CONTENT = bytes(range(256)) * 12_000  # more than one part


@pytest.fixture(params=["folder", "url", "memory"])
def files(request: pytest.FixtureRequest, tmp_path: Path) -> FsspecFiles:
    roots = {
        "folder": str(tmp_path / "a[b]*c"),
        "url": f"file://{tmp_path}/",
        "memory": f"memory://{secrets.token_hex(4)}",
    }
    return FsspecFiles(roots[request.param])


async def read(files: FsspecFiles, start: int, stop: int) -> list[bytes]:
    return [part async for part in files.read(FOLDER, "data.bin", start, stop)]


async def test_what_was_written_is_read_in_parts(files: FsspecFiles) -> None:
    await files.write(FOLDER, {"data.bin": CONTENT})
    parts = await read(files, 0, len(CONTENT))
    assert b"".join(parts) == CONTENT
    assert max(map(len, parts)) <= 1 << 20


@pytest.mark.parametrize(("start", "stop"), [(0, 1), (5, 3_000_000), (3_071_999, 3_072_000), (7, 7)])
async def test_a_range_is_read_alone(files: FsspecFiles, start: int, stop: int) -> None:
    await files.write(FOLDER, {"data.bin": CONTENT})
    assert b"".join(await read(files, start, stop)) == CONTENT[start:stop]


async def test_the_size_of_a_missing_file_is_none(files: FsspecFiles) -> None:
    await files.write(FOLDER, {"data.bin": CONTENT, "empty": b""})
    assert await files.size(FOLDER, "data.bin") == len(CONTENT)
    assert await files.size(FOLDER, "empty") == 0
    assert await files.size(FOLDER, "other.bin") is None
    assert await files.size("news/topics/v2", "data.bin") is None
    assert await files.size("news", "topics") is None  # a folder


async def test_folders_are_those_of_versions_with_a_manifest(files: FsspecFiles) -> None:
    assert await files.folders() == []
    await files.write("news/topics/v2", {"data.jsonl": b"", "manifest.json": b"{}"})
    await files.write("news/topics/v1", {"manifest.json": b"{}"})
    await files.write("news/topics/v3", {"data.jsonl": b""})  # not finished
    await files.write("news/topics", {"manifest.json": b"{}"})
    await files.write("news/topics/v1/deeper", {"manifest.json": b"{}"})
    assert await files.folders() == ["news/topics/v1", "news/topics/v2"]


async def test_the_address_of_a_folder_is_what_writing_returns(files: FsspecFiles) -> None:
    assert await files.write(FOLDER, {"data.bin": b"x"}) == files.address(FOLDER)
