"""Buckets at local servers of S3 and GCS, for tests of what is kept in object storage."""

import secrets
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager

import fsspec
import pytest
from moto.server import ThreadedMotoServer

from shoal_local.ports import free_port


@contextmanager
def s3_bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Yield the address of a new bucket, `s3://...`; every client in this process finds the server."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    filesystem = fsspec.filesystem("s3", skip_instance_cache=True)
    name = f"bucket-{secrets.token_hex(4)}"  # servers of one process share their buckets
    filesystem.mkdir(name, region_name="eu-central-1")
    try:
        yield f"s3://{name}"
    finally:
        fsspec.filesystem("s3").clear_instance_cache()
        server.stop()


@contextmanager
def gcs_bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Yield the address of a new bucket, `gs://...`; every client in this process finds the server.

    The clients are those of buckets without folders. The package's default asks Google over gRPC which kind a
    bucket is, which the server cannot answer, and then does the same.
    """
    from gcp_storage_emulator.server import create_server
    from gcsfs.core import GCSFileSystem

    name, port = f"bucket-{secrets.token_hex(4)}", free_port()
    server = create_server("127.0.0.1", port, in_memory=True, default_bucket=name)
    server.start()
    wait_for_port(port)
    options = {"endpoint_url": f"http://127.0.0.1:{port}", "token": "anon", "project": "tests"}
    usual = fsspec.get_filesystem_class("gs")
    for protocol in GCSFileSystem.protocol:
        monkeypatch.setitem(fsspec.config.conf, protocol, options)
        fsspec.register_implementation(protocol, GCSFileSystem, clobber=True)
    try:
        yield f"gs://{name}"
    finally:
        GCSFileSystem.clear_instance_cache()
        for protocol in GCSFileSystem.protocol:
            fsspec.register_implementation(protocol, usual, clobber=True)
        server.stop()


def wait_for_port(port: int) -> None:
    """Return when something listens on a port of this machine; fail after two minutes."""
    for _ in range(1200):
        with socket.socket() as client:
            if client.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise TimeoutError(f"nothing listens on port {port}")
