"""Dataset versions in object storage: the image's packages open every address that the settings promise."""

import asyncio
import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

import fsspec
import pytest
from typer.testing import CliRunner

from bucketkit import s3_bucket
from shoal.command_line.main import command_line
from shoal.contracts.answers import Box, BoxesAnswer, ClassAnswer
from shoal.contracts.label_schemas import BoxesSchema, LabelClass, SingleChoiceSchema
from shoal.contracts.samples import Content
from shoal.files.errors import BadInput
from shoal_qa.adapters.exports.targets import Target
from shoal_qa.adapters.files.datasets import FsspecFiles
from shoal_qa.settings import QaSettings
from unit.qa.exports.exportkit import export, make_row, write_version

SCHEMES = ("s3", "gs", "az")
CONTENT = bytes(range(256)) * 12_000
CLASSES = (LabelClass(name="car"),)
LABEL = make_row(0, ClassAnswer(label="car"), Content(text="A red one."))


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Yield the address of a folder in a bucket at a local S3 server."""
    with s3_bucket(monkeypatch) as address:
        yield f"{address}/datasets"


def test_the_settings_promise_these_schemes() -> None:
    description = str(QaSettings.model_fields["datasets_uri"].description)
    assert re.findall(r"`(\w+)://", description) == list(SCHEMES)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_package_for_the_scheme_is_installed(scheme: str) -> None:
    assert scheme in fsspec.get_filesystem_class(scheme).protocol


async def test_a_version_in_s3_is_written_listed_and_read_in_parts(bucket: str) -> None:
    files = FsspecFiles(bucket)
    address = await files.write("news/topics/v1", {"data.bin": CONTENT, "manifest.json": b"{}"})
    await files.write("news/topics/v2", {"data.bin": b""})  # not finished
    assert address == f"{bucket}/news/topics/v1"
    assert await files.folders() == ["news/topics/v1"]
    assert await files.size("news/topics/v1", "data.bin") == len(CONTENT)
    assert await files.size("news/topics/v1", "other.bin") is None
    parts = [part async for part in files.read("news/topics/v1", "data.bin", 5, len(CONTENT))]
    assert b"".join(parts) == CONTENT[5:]
    assert max(map(len, parts)) <= 1 << 20


async def test_a_version_written_by_another_replica_is_seen(bucket: str) -> None:
    files = FsspecFiles(bucket)
    await files.write("news/topics/v1", {"manifest.json": b"{}"})
    assert await files.folders() == ["news/topics/v1"]
    other = fsspec.filesystem(
        "s3", skip_instance_cache=True
    )  # its listings are its own, as in another process
    other.pipe_file(f"{bucket}/news/topics/v2/manifest.json", b"{}")
    assert await files.folders() == ["news/topics/v1", "news/topics/v2"]
    assert await files.size("news/topics/v2", "manifest.json") == 2


def test_a_version_is_exported_from_s3_to_s3_with_its_images(bucket: str, tmp_path: Path) -> None:
    image = b"\x89PNG whatever the store holds"
    sha256 = hashlib.sha256(image).hexdigest()
    content = Content(uri=f"media:{sha256}", sha256=sha256, media_type="image/png")
    box = Box(label="car", left=0.1, top=0.1, right=0.4, bottom=0.4)
    answer = BoxesAnswer(width=100, height=50, boxes=(box,))
    rows = [make_row(number, answer, content) for number in range(3)]
    source = write_version(tmp_path / "v", BoxesSchema(classes=(LabelClass(name="car"),)), rows)
    storage = fsspec.filesystem("s3", skip_instance_cache=True)
    storage.put(str(source), f"{bucket}/v", recursive=True)
    storage.pipe_file(f"{bucket}/media/news/{sha256[:2]}/{sha256}/original", image)
    for name in ("coco", "parquet", "webdataset"):
        target = Target(f"{bucket}/{name}")
        target.check_empty(force=False)
        report = export(f"{bucket}/v", name, f"{bucket}/{name}", media=f"{bucket}/media")
        assert (report["rows"], report["left_out"]) == (3, [])
        assert target.report() == report
        for file in report["files"]:
            if "sha256" in file:
                data = storage.cat_file(f"{bucket}/{name}/{file['path']}")
                assert hashlib.sha256(data).hexdigest() == file["sha256"]
        with pytest.raises(BadInput, match="not empty"):
            Target(f"{bucket}/{name}").check_empty(force=False)
    assert storage.cat_file(f"{bucket}/coco/images/train/s1.png") == image


def test_the_command_writes_many_small_files_to_s3(bucket: str, tmp_path: Path) -> None:
    box = Box(label="car", left=0.1, top=0.1, right=0.4, bottom=0.4)
    answer = BoxesAnswer(width=100, height=50, boxes=(box,))
    content = Content(uri="https://example.com/a.png", media_type="image/png")
    rows = [make_row(number, answer, content) for number in range(300)]  # more than are written at once
    source = write_version(tmp_path / "v", BoxesSchema(classes=(LabelClass(name="car"),)), rows)
    arguments = ["qa", "export", str(source), "yolo", f"{bucket}/yolo"]
    result = CliRunner().invoke(command_line(arguments), arguments)
    assert result.exit_code == 0, result.output
    storage = fsspec.filesystem("s3", skip_instance_cache=True)
    names = {path.rpartition("/")[2] for path in storage.find(f"{bucket}/yolo/labels/train")}
    assert names == {f"s{number}.txt" for number in range(300)}
    assert storage.cat_file(f"{bucket}/yolo/labels/train/s299.txt") == b"0 0.25 0.25 0.3 0.3\n"
    assert storage.exists(f"{bucket}/yolo/export.json")


@pytest.mark.usefixtures("bucket")
def test_a_mistyped_bucket_is_one_line_and_no_bucket_is_made(tmp_path: Path) -> None:
    source = write_version(tmp_path / "v", SingleChoiceSchema(classes=CLASSES), [LABEL])
    arguments = ["qa", "export", str(source), "jsonl", "s3://bukcet/topics"]
    result = CliRunner().invoke(command_line(arguments), arguments)
    line = "s3://bukcet/topics: bucket 'bukcet' not found; check the address, or create it\n"
    assert (result.exit_code, result.stderr) == (2, line)
    with pytest.raises(OSError, match="bucket 'bukcet' not found"):
        asyncio.run(FsspecFiles("s3://bukcet").write("news/topics/v1", {"data.bin": CONTENT}))
    assert "bukcet" not in fsspec.filesystem("s3", skip_instance_cache=True).ls("")
