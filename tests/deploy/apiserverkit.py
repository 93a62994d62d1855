"""A Kubernetes API server with etcd on this machine: schemas, rules and admission are real.

The programs are those of controller-runtime's envtest: a folder with `etcd` and `kube-apiserver`, which the
variable KUBEBUILDER_ASSETS names. No controller and no node runs.
"""

import json
import os
import ssl
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import URLError

import pytest

from deploy.manifestkit import KUBECTL, ROOT
from shoal_local.ports import HOST, free_port

CRDS = ROOT.parent / "shared" / "crds"
TOKEN = "administrator"
READY_S = 120
KUBECONFIG = """
apiVersion: v1
kind: Config
clusters: [{{name: local, cluster: {{server: "https://{host}:{port}", insecure-skip-tls-verify: true}}}}]
users: [{{name: admin, user: {{token: "{token}"}}}}]
contexts: [{{name: local, context: {{cluster: local, user: admin, namespace: shoal}}}}]
current-context: local
"""


@dataclass(frozen=True, slots=True)
class ApiServer:
    """A running API server. port: of HTTPS. folder: has its files and logs."""

    folder: Path
    port: int

    def run_kubectl(
        self, *arguments: str | Path, text: str | None = None
    ) -> "subprocess.CompletedProcess[str]":
        """Run kubectl as an administrator."""
        command = [KUBECTL, "--kubeconfig", self.folder / "kubeconfig", *arguments]
        return subprocess.run(command, input=text, capture_output=True, text=True, timeout=300, check=False)

    def apply_text(self, text: str) -> str:
        """Apply manifests as the README says; return errors and warnings, or an empty text."""
        run = self.run_kubectl("apply", "--server-side", "--filename=-", text=text)
        assert run.returncode == 0 or run.stderr, run.stdout
        return run.stderr

    def admit_pod(self, pod: dict[str, Any]) -> str:
        """Return why a pod would not be admitted or what it is warned of, or an empty text."""
        run = self.run_kubectl("create", "--dry-run=server", "--filename=-", text=json.dumps(pod))
        return run.stderr


@contextmanager
def running_api_server(folder: Path) -> Iterator[ApiServer]:
    """Yield an empty API server with the operators' kinds; skip the test where its programs are absent."""
    programs = Path(os.environ.get("KUBEBUILDER_ASSETS", "/nonexistent"))
    if not (programs / "kube-apiserver").exists():
        pytest.skip("needs etcd and kube-apiserver: set KUBEBUILDER_ASSETS to their folder")
    if not CRDS.is_dir():
        pytest.skip(
            "needs the definitions of custom resources: the folder ../shared/crds beside the repository"
        )
    server, store = ApiServer(folder, free_port()), f"http://{HOST}:{free_port()}"
    _write_files(server)
    commands = (_etcd_command(folder, store), _server_command(server, store))
    children = [_start_program(programs / name, options, folder) for name, options in commands]
    try:
        _await_ready(server)
        run = server.run_kubectl("apply", "--server-side", "--filename", CRDS)
        assert run.returncode == 0, run.stderr
        run = server.run_kubectl("wait", "--for=condition=Established", "crd", "--all", "--timeout=60s")
        assert run.returncode == 0, run.stderr
        yield server
    finally:
        for child in reversed(children):
            child.terminate()
            child.wait(60)


def _write_files(server: ApiServer) -> None:
    key = server.folder / "accounts.key"
    subprocess.run(["openssl", "genrsa", "-out", key, "2048"], check=True, capture_output=True, timeout=60)
    (server.folder / "tokens.csv").write_text(f'{TOKEN},admin,admin,"system:masters"\n')
    text = KUBECONFIG.format(host=HOST, port=server.port, token=TOKEN)
    (server.folder / "kubeconfig").write_text(text)


def _etcd_command(folder: Path, store: str) -> tuple[str, dict[str, Any]]:
    peers = f"http://{HOST}:{free_port()}"
    options = {"data-dir": folder / "etcd", "unsafe-no-fsync": "true", "initial-cluster": f"default={peers}"}
    options |= {"listen-client-urls": store, "advertise-client-urls": store}
    return "etcd", options | {"listen-peer-urls": peers, "initial-advertise-peer-urls": peers}


def _server_command(server: ApiServer, store: str) -> tuple[str, dict[str, Any]]:
    key = server.folder / "accounts.key"
    return "kube-apiserver", {
        "etcd-servers": store,
        "bind-address": HOST,
        "advertise-address": HOST,
        "secure-port": server.port,
        "cert-dir": server.folder / "certificates",
        "service-account-issuer": "https://kubernetes.default.svc",
        "service-account-key-file": key,
        "service-account-signing-key-file": key,
        "service-cluster-ip-range": "10.96.0.0/16",
        "endpoint-reconciler-type": "none",
        "authorization-mode": "RBAC",
        "token-auth-file": server.folder / "tokens.csv",
    }


def _start_program(program: Path, options: dict[str, Any], folder: Path) -> "subprocess.Popen[bytes]":
    with (folder / f"{program.name}.log").open("wb") as log:
        command = [program, *(f"--{name}={value}" for name, value in options.items())]
        return subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)


def _await_ready(server: ApiServer) -> None:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    url, headers = f"https://{HOST}:{server.port}/readyz", {"Authorization": f"Bearer {TOKEN}"}
    limit = time.monotonic() + READY_S
    while time.monotonic() < limit:
        try:
            request = urllib.request.Request(url, headers=headers)
            with urllib.request.urlopen(request, timeout=5, context=context):
                return
        except (URLError, OSError):
            time.sleep(0.5)
    raise AssertionError((server.folder / "kube-apiserver.log").read_text()[-2000:])
