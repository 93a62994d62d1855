"""Backups: PostgreSQL's log of changes all the time, and a snapshot of every collection of Qdrant a day."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from deploy.manifestkit import K8S, Manifests

SCRIPT = K8S / "components" / "backup" / "qdrant_snapshots.py"


def test_postgres_is_backed_up_every_day_and_its_log_at_once(scaled: Manifests) -> None:
    cluster, schedule = scaled.named("Cluster", "postgres"), scaled.named("ScheduledBackup", "postgres")
    store = cluster["spec"]["backup"]["barmanObjectStore"]
    assert store["destinationPath"].startswith("s3://")
    assert store["wal"]["compression"]
    assert schedule["spec"]["cluster"]["name"] == "postgres"
    assert schedule["spec"]["method"] == "barmanObjectStore"
    assert schedule["spec"]["schedule"].split()[3:] == ["*", "*", "*"]
    assert len(schedule["spec"]["schedule"].split()) == 6  # the operator's form begins with seconds


def test_backups_and_snapshots_use_one_secret(scaled: Manifests) -> None:
    credentials = scaled.named("Cluster", "postgres")["spec"]["backup"]["barmanObjectStore"]["s3Credentials"]
    (qdrant,) = [workload for workload in scaled.workloads if workload.kind == "StatefulSet"]
    variables = scaled.variables(qdrant.container)
    prefix = "QDRANT__STORAGE__SNAPSHOTS_CONFIG__"
    assert variables[f"{prefix}SNAPSHOTS_STORAGE"] == "s3"
    for field, name in (("accessKeyId", "ACCESS_KEY"), ("secretAccessKey", "SECRET_KEY")):
        reference = credentials[field]
        assert variables[f"{prefix}S3_CONFIG__{name}"] == f"{reference['name']}/{reference['key']}"


def test_the_job_runs_the_script_with_every_node_s_address(scaled: Manifests) -> None:
    (job,) = [workload for workload in scaled.workloads if workload.kind == "CronJob"]
    *command, address = job.container["command"]
    (mount,) = [it for it in job.container["volumeMounts"] if it["name"] == "scripts"]
    (volume,) = [it for it in job.pod["volumes"] if it["name"] == "scripts"]
    files = scaled.named("ConfigMap", volume["configMap"]["name"])["data"]
    assert command == ["python", f"{mount['mountPath']}/{SCRIPT.name}"]
    assert files == {SCRIPT.name: SCRIPT.read_text()}
    ports = {it["name"]: it["port"] for it in scaled.named("Service", "qdrant-headless")["spec"]["ports"]}
    assert address == f"http://qdrant-headless:{ports['http']}"


class Node(BaseHTTPRequestHandler):
    """Answers as Qdrant does for collections and snapshots; the collection `broken` has none."""

    taken: list[str]
    key = "the key"

    def do_GET(self) -> None:
        """List the collections."""
        self._answer(200, {"collections": [{"name": "news~minilm-1-384"}, {"name": "broken"}]})

    def do_POST(self) -> None:
        """Take a snapshot."""
        if "broken" in self.path:
            self._answer(500, {})
        else:
            self.taken.append(self.path)
            self._answer(200, {"name": "one.snapshot", "size": 42})

    def _answer(self, status: int, result: dict[str, object]) -> None:
        status = status if self.headers["api-key"] == self.key else 401
        body = json.dumps({"result": result}).encode()
        self.send_response(status)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Write no log."""


@pytest.fixture
def node() -> Iterator[ThreadingHTTPServer]:
    """Yield a node on a free port."""
    Node.taken = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Node)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def run_script(server: ThreadingHTTPServer, key: str) -> subprocess.CompletedProcess[str]:
    """Run the script as the job does."""
    command = [sys.executable, SCRIPT, f"http://127.0.0.1:{server.server_port}"]
    environment = {**os.environ, "QDRANT_API_KEY": key}
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=30, check=False)


def test_a_collection_without_a_snapshot_fails_the_job_but_not_the_others(node: ThreadingHTTPServer) -> None:
    run = run_script(node, Node.key)
    assert Node.taken == ["/collections/news~minilm-1-384/snapshots?wait=true"]
    assert "one.snapshot, 42 bytes" in run.stdout
    assert "broken" in run.stderr
    assert run.returncode == 1


def test_a_wrong_key_fails_the_job(node: ThreadingHTTPServer) -> None:
    assert run_script(node, "another key").returncode == 1
    assert Node.taken == []
