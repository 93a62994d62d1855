"""Dataset versions in object storage: the image's packages open every address that the settings promise."""

import re
import secrets
from collections.abc import Iterator

import fsspec
import pytest
from moto.server import ThreadedMotoServer

from shoal_qa.adapters.files.datasets import FsspecFiles
from shoal_qa.settings import QaSettings

SCHEMES = ("s3", "gs", "az")
CONTENT = bytes(range(256)) * 12_000


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Yield the address of a bucket at a local S3 server."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    filesystem = fsspec.filesystem("s3", skip_instance_cache=True)
    name = f"labels-{secrets.token_hex(4)}"  # servers of one process share their buckets
    filesystem.mkdir(name, region_name="eu-central-1")
    yield f"s3://{name}/datasets"
    fsspec.filesystem("s3").clear_instance_cache()
    server.stop()


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
