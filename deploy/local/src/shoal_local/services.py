"""The five services as child processes on a stack, configured by their environment as in production."""

import secrets
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from shoal.cache import model_folder
from shoal_local.ports import HOST, free_port
from shoal_local.process import Child
from shoal_local.stack import Stack

PACKAGES = {
    "ingest": "shoal_ingest",
    "embedder": "shoal_embedder",
    "sampler": "shoal_sampler",
    "labeling-gateway": "shoal_gateway",
    "qa": "shoal_qa",
}


@dataclass(frozen=True, slots=True)
class Ports:
    """The ports of one service; they stay the same after a restart."""

    http: int
    admin: int


class LocalShoal:
    """The services of one stack.

    `environment` adds settings for all of them, `own` for single ones; `python` runs them.
    """

    def __init__(
        self,
        stack: Stack,
        names: Iterable[str] = tuple(PACKAGES),
        environment: Mapping[str, str] | None = None,
        *,
        python: str = sys.executable,
        own: Mapping[str, Mapping[str, str]] | None = None,
    ) -> None:
        self._stack = stack
        self._own = own or {}
        self._more = dict(environment or {})
        self._python = python
        self._media_key = secrets.token_urlsafe(
            32
        )  # addresses of images live for minutes, as this object does
        self._ports = {name: Ports(free_port(), free_port()) for name in names}
        self._children = {name: self._child(name) for name in self._ports}

    def __enter__(self) -> "LocalShoal":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def urls(self) -> dict[str, str]:
        """Return each service's HTTP address; the embedder is absent, as it has no HTTP API."""
        return {
            name: f"http://{HOST}:{ports.http}" for name, ports in self._ports.items() if name != "embedder"
        }

    @property
    def admin_urls(self) -> dict[str, str]:
        """Return the address of each service's health checks and metrics."""
        return {name: f"http://{HOST}:{ports.admin}" for name, ports in self._ports.items()}

    @property
    def datasets(self) -> str:
        """Return the folder of dataset versions."""
        return self._more.get("SHOAL_DATASETS_URI") or str(self._stack.path / "datasets")

    def start(self) -> None:
        """Start all services at once and wait until each is ready. Raises StartFailed."""
        for child in self._children.values():
            child.start()
        for name in self._children:
            self.wait_ready(name)

    def stop(self) -> None:
        """Ask all services to stop, and wait for them."""
        for child in self._children.values():
            child.ask()
        for child in self._children.values():
            child.stop(grace_s=25)

    def kill(self, name: str) -> None:
        """Kill a service with SIGKILL."""
        self._children[name].kill()

    def stop_service(self, name: str) -> int | None:
        """Ask a service to stop with SIGTERM, wait for it, and return its exit code."""
        self._children[name].stop(grace_s=25)
        return self._children[name].exit_code

    def restart(self, name: str, *, wait: bool = True) -> None:
        """Start a service again, on the same ports."""
        self._children[name].start()
        if wait:
            self.wait_ready(name)

    def wait_ready(self, name: str) -> None:
        """Wait until a service is ready. Raises StartFailed with the end of its log."""
        url = self.admin_urls[name] + "/readyz"
        self._children[name].wait_until(lambda: _is_ready(url))

    def dead(self) -> list[str]:
        """Return the services that ended unexpectedly."""
        return [name for name, child in self._children.items() if not child.running]

    def tail(self, name: str) -> str:
        """Return the end of a service's log."""
        return self._children[name].tail()

    def _child(self, name: str) -> Child:
        command = [self._python, "-m", f"{PACKAGES[name]}.main"]
        log = self._stack.path / "logs" / f"{name}.log"
        return Child(
            name=name, command=command, stack=self._stack.path, log=log, environment=self._environment(name)
        )

    def _ingest_address(self) -> dict[str, str]:
        ports = self._ports.get("ingest")
        if ports is None:
            return {}
        url = f"http://{HOST}:{ports.http}"
        return {"SHOAL_INGEST_URL": url, "SHOAL_MEDIA_PUBLIC_URL": url}

    def _environment(self, name: str) -> dict[str, str]:
        ports = self._ports[name]
        return {
            **self._stack.environment,
            "SHOAL_HTTP_PORT": str(ports.http),
            "SHOAL_ADMIN_PORT": str(ports.admin),
            "SHOAL_MODEL_CACHE": str(model_folder()),
            "SHOAL_DATASETS_URI": str(self._stack.path / "datasets"),
            "SHOAL_MEDIA_URI": str(self._stack.path / "media"),
            "SHOAL_MEDIA_KEY": self._media_key,
            "SHOAL_PUBLIC_URL": f"http://{HOST}:{ports.http}",
            "SHOAL_VENDOR_NETWORKS": "127.0.0.0/8,::1/128",  # the demo's workforce is on this machine
            **self._ingest_address(),
            **self._more,
            **self._own.get(name, {}),
        }


def _is_ready(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310 - an address of this stack
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        time.sleep(0.1)
        return False
