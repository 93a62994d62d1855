"""`shoal qa download` against a server of one version, which may break off or send other bytes."""

import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
import typer
from click.testing import Result
from typer.testing import CliRunner

from shoal_qa.cli.download import download_version

VERSION = "9f86d081884c7d65"
DATASETS = "/v1/projects/news/datasets/topics"


def sha256_hex(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@dataclass
class Storage:
    """The files of the version, and the requests that came. breaks_at: bytes after which an answer ends."""

    files: dict[str, bytes]
    listed: dict[str, bytes]
    url: str = ""
    breaks_at: int | None = None
    ranges: list[str | None] = field(default_factory=list)

    def manifest(self) -> dict[str, object]:
        files = [
            {"path": name, "sha256": sha256_hex(content), "bytes": len(content), "rows": 2}
            for name, content in self.listed.items()
        ]
        return {"project": "news", "dataset": "topics", "version": VERSION, "files": files}

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        """Answer a request as qa does."""
        if request.path in {f"{DATASETS}/latest", f"{DATASETS}/{VERSION}"}:
            return self.send(request, 200, json.dumps(self.manifest()).encode())
        folder, _, name = request.path.rpartition("/")
        if folder != f"{DATASETS}/{VERSION}/files":
            problem = {"detail": "there is no such version", "fix": "Use latest"}
            return self.send(request, 404, json.dumps(problem).encode())
        span, start = request.headers.get("range"), 0
        if name != "manifest.json":
            self.ranges.append(span)
        if span and request.headers.get("if-range") == f'"{sha256_hex(self.files[name])}"':
            start = int(span.removeprefix("bytes=").removesuffix("-"))
        return self.send(request, 206 if start else 200, self.files[name][start:], self.breaks_at)

    def send(
        self, request: BaseHTTPRequestHandler, status: int, body: bytes, breaks_at: int | None = None
    ) -> None:
        request.send_response(status)
        request.send_header("content-length", str(len(body)))
        request.end_headers()
        request.wfile.write(body[:breaks_at])


@pytest.fixture
def storage() -> Iterator[Storage]:
    listed = {"data.jsonl": b'{"label": "x"}\n' * 40_000, "data.parquet": b"PAR1" * 9}
    stored = Storage({**listed, "manifest.json": b'{"dataset": "topics"}'}, listed)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            stored.answer(self)

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    stored.url = f"http://127.0.0.1:{server.server_port}"
    Thread(target=server.serve_forever, daemon=True).start()
    yield stored
    server.shutdown()
    server.server_close()


def download(storage: Storage, *arguments: str) -> Result:
    app = typer.Typer()
    app.command()(download_version)
    return CliRunner().invoke(app, ["news", "topics", *arguments, "--url", storage.url])


def names_in(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir())


def test_every_file_is_written_and_its_path_printed(storage: Storage, tmp_path: Path) -> None:
    result = download(storage, "--output", str(tmp_path / "new" / "set"))
    assert result.exit_code == 0, result.output
    written = [Path(line) for line in result.stdout.splitlines()]
    assert [file.name for file in written] == ["data.jsonl", "data.parquet", "manifest.json"]
    assert {file.name: file.read_bytes() for file in written} == storage.files
    assert names_in(tmp_path / "new" / "set") == sorted(storage.files)


def test_the_default_folder_is_named_by_the_version(
    storage: Storage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert download(storage, VERSION).exit_code == 0
    assert names_in(tmp_path / f"topics-{VERSION}") == sorted(storage.files)


def test_files_that_are_there_are_not_fetched_again(storage: Storage, tmp_path: Path) -> None:
    download(storage, "--output", str(tmp_path))
    storage.ranges.clear()
    result = download(storage, "--output", str(tmp_path))
    assert (result.exit_code, result.stdout, storage.ranges) == (0, "", [])


def test_other_content_is_kept_unless_it_may_be_replaced(storage: Storage, tmp_path: Path) -> None:
    (tmp_path / "data.parquet").write_bytes(b"mine")
    result = download(storage, "--output", str(tmp_path))
    assert result.exit_code == 2
    assert "has data.parquet with other content" in result.stderr
    assert "--force" in result.stderr
    assert names_in(tmp_path) == ["data.parquet"]
    assert (tmp_path / "data.parquet").read_bytes() == b"mine"
    assert download(storage, "--output", str(tmp_path), "--force").exit_code == 0
    assert (tmp_path / "data.parquet").read_bytes() == storage.files["data.parquet"]


def test_an_answer_that_breaks_off_is_continued(storage: Storage, tmp_path: Path) -> None:
    storage.breaks_at = 100_000
    result = download(storage, "--output", str(tmp_path))
    assert (result.exit_code, result.stdout) == (1, "")
    assert "continues" in result.stderr
    assert "Traceback" not in result.output
    assert not (tmp_path / "data.jsonl").exists()
    storage.breaks_at = None
    assert download(storage, "--output", str(tmp_path)).exit_code == 0
    assert storage.ranges == [None, "bytes=100000-", None]
    assert (tmp_path / "data.jsonl").read_bytes() == storage.files["data.jsonl"]
    assert names_in(tmp_path) == sorted(storage.files)


@pytest.mark.parametrize("size", [0, 5, 600_000, 700_000])
def test_other_bytes_in_the_part_are_replaced(storage: Storage, tmp_path: Path, size: int) -> None:
    digest = sha256_hex(storage.files["data.jsonl"])
    (tmp_path / f".data.jsonl.{digest[:16]}.part").write_bytes(b"#" * size)
    while (result := download(storage, "--output", str(tmp_path))).exit_code:
        assert "SHA-256" in result.stderr  # once: the part is forgotten
        assert result.exit_code == 1
    assert (tmp_path / "data.jsonl").read_bytes() == storage.files["data.jsonl"]
    assert names_in(tmp_path) == sorted(storage.files)


def test_bytes_that_differ_from_the_manifest_are_never_in_place(storage: Storage, tmp_path: Path) -> None:
    storage.files["data.jsonl"] = storage.files["data.jsonl"].replace(b"x", b"y")
    result = download(storage, "--output", str(tmp_path))
    assert result.exit_code == 1
    assert "do not have the SHA-256" in result.stderr
    assert names_in(tmp_path) == []


def test_a_manifest_cannot_lead_out_of_the_folder(storage: Storage, tmp_path: Path) -> None:
    storage.listed = {"../secret": b"x"}
    result = download(storage, "--output", str(tmp_path / "in"))
    assert result.exit_code == 2
    assert "'../secret'" in result.stderr
    assert names_in(tmp_path) == ["in"]


def test_an_unknown_version_is_named_with_the_fix(storage: Storage, tmp_path: Path) -> None:
    result = download(storage, "1", "--output", str(tmp_path / "set"))
    assert result.exit_code == 1
    assert result.stderr.startswith("404: there is no such version. Use latest")
    assert not (tmp_path / "set").exists()


@pytest.mark.parametrize("fault", ["file", "below a file", "read-only"])
def test_a_folder_that_cannot_be_written_is_refused_at_once(
    storage: Storage, tmp_path: Path, fault: str
) -> None:
    if fault == "read-only" and os.geteuid() == 0:
        pytest.skip("root writes everywhere")
    (tmp_path / "file").write_text("")
    (tmp_path / "closed").mkdir(mode=0o500)
    folder = {"file": "file", "below a file": "file/set", "read-only": "closed"}[fault]
    result = download(storage, "--output", str(tmp_path / folder))
    assert result.exit_code == 2
    assert result.stderr.startswith(f"--output: {tmp_path / folder}")
    assert len(result.stderr.splitlines()) == 1
    assert storage.ranges == []
