"""`shoal qa rule` says what a rule changes, and asks before it."""

import json
import os
import pty
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from shoal_qa.cli.rule import EFFECTS, preview_lines

WITHDRAWN = {
    "effect": "labels_withdrawn",
    "job_id": "j-1",
    "sample_id": "s-1",
    "label_before": "grain",
    "label_after": None,
    "reason": "probability fell to 0.91 after 2 votes",
}
NOTHING = dict.fromkeys(EFFECTS, 0) | {
    "jobs": 120,
    "evaluated": 120,
    "estimate": False,
    "jobs_changed": 0,
    "votes_requested": 0,
    "examples": [],
}
SOME = NOTHING | {
    "jobs_changed": 9,
    "labels_withdrawn": 9,
    "jobs_reopened": 7,
    "votes_requested": 14,
    "examples": [WITHDRAWN],
}


class Service:
    """A server that answers as qa does, and remembers the requests that came."""

    def __init__(self, server: ThreadingHTTPServer) -> None:
        self.url = f"http://127.0.0.1:{server.server_port}"
        self.preview: dict[str, Any] = NOTHING
        self.requests: list[str] = []

    def answer(self, method: str, path: str) -> dict[str, Any]:
        name = path.removeprefix("/v1/projects/news/")
        self.requests.append(f"{method} {name}")
        return self.preview if name == "rule/preview" else {"model": "auto"}


@pytest.fixture
def service() -> Iterator[Service]:
    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            self.rfile.read(int(self.headers.get("content-length") or 0))
            body = json.dumps(qa.answer(self.command, self.path)).encode()
            self.send_response(200)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_GET(self) -> None:
            self.answer()

        def do_PUT(self) -> None:
            self.answer()

        def do_POST(self) -> None:
            self.answer()

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    qa = Service(server)
    Thread(target=server.serve_forever, daemon=True).start()
    yield qa
    server.shutdown()
    server.server_close()


@pytest.fixture
def rule(tmp_path: Path) -> str:
    file = tmp_path / "rule.json"
    file.write_text(json.dumps({"model": "auto"}))
    return str(file)


def run(service: Service, *arguments: str, typed: str | None = None) -> subprocess.CompletedProcess[str]:
    """Run the command; `typed` is what a person types at a terminal, None if there is none."""
    command = [sys.executable, "-m", "shoal.command_line.main", "qa", "rule", "news", *arguments]
    stdin, other = (subprocess.DEVNULL, None) if typed is None else pty.openpty()[::-1]
    if other is not None:
        os.write(other, f"{typed}\n".encode())
    try:
        return subprocess.run(
            [*command, "--url", service.url],
            stdin=stdin,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    finally:
        for descriptor in (stdin, other):
            if descriptor is not None and descriptor >= 0:
                os.close(descriptor)


def test_without_a_file_the_rule_is_printed(service: Service) -> None:
    result = run(service)
    assert (result.returncode, json.loads(result.stdout)) == (0, {"model": "auto"})
    assert service.requests == ["GET rule"]


def test_without_a_terminal_a_rule_with_effects_is_refused(service: Service, rule: str) -> None:
    service.preview = SOME
    result = run(service, rule)
    assert (result.returncode, result.stdout) == (2, "")
    assert "9 labels withdrawn; for example j-1 (grain): probability fell to 0.91" in result.stderr
    assert "Repeat the command with --yes" in result.stderr
    assert service.requests == ["POST rule/preview"]


@pytest.mark.parametrize(("typed", "code"), [("y", 0), ("n", 1), ("", 1)])
def test_at_a_terminal_the_person_is_asked(service: Service, rule: str, typed: str, code: int) -> None:
    service.preview = SOME
    result = run(service, rule, typed=typed)
    assert result.returncode == code, result.stderr
    assert "Replace the rule? [y/N]" in result.stderr
    assert ("PUT rule" in service.requests) is (code == 0)


def test_yes_replaces_the_rule_at_once(service: Service, rule: str) -> None:
    service.preview = SOME
    assert run(service, rule, "--yes").returncode == 0
    assert service.requests == ["PUT rule"]


def test_a_rule_that_changes_no_job_needs_no_question(service: Service, rule: str) -> None:
    result = run(service, rule)
    assert result.returncode == 0
    assert "The rule changes none of 120 jobs with votes." in result.stderr
    assert service.requests == ["POST rule/preview", "PUT rule"]


def test_a_dry_run_prints_the_preview_and_changes_nothing(service: Service, rule: str) -> None:
    service.preview = SOME
    result = run(service, rule, "--dry-run")
    assert (result.returncode, json.loads(result.stdout)) == (0, SOME)
    assert service.requests == ["POST rule/preview"]


def test_estimates_are_called_so() -> None:
    lines = list(preview_lines(SOME | {"estimate": True, "jobs": 30_000, "evaluated": 20_000}))
    assert lines[0] == "The rule changes about 9 of 30,000 jobs with votes, estimated from 20,000 of them:"
    assert all(line.startswith("  about ") for line in lines[1:])
