"""The variables that lead commands to a running stack: printed, and written for `source`."""

import os
import shlex
from collections.abc import Mapping
from pathlib import Path

from shoal.cache import cache_folder
from shoal.command_line.running_stack import FILE
from shoal_local.process import write_private

VARIABLES = {
    "ingest": "SHOAL_INGEST",
    "embedder": "SHOAL_EMBEDDER",
    "sampler": "SHOAL_SAMPLER",
    "labeling-gateway": "SHOAL_GATEWAY",
    "qa": "SHOAL_QA",
}
"""The first part of a service's variables: _URL is its HTTP API, _ADMIN_URL its health checks and metrics."""
_OWN_BROKER = "SHOAL_STACK_BROKER"


def exported_variables(
    urls: Mapping[str, str], admin_urls: Mapping[str, str], kafka: Mapping[str, str]
) -> dict[str, str]:
    """Return the variables of a stack.

    urls, admin_urls: addresses by service. kafka: the SHOAL_KAFKA_ variables that the stack sets itself, so
    that no password of an external Kafka is among them.
    """
    own = {name: value for name, value in kafka.items() if name.startswith("SHOAL_KAFKA_")}
    if "SHOAL_KAFKA_SESSION_TIMEOUT_MS" in own:  # the stack's own broker, not one that the environment names
        own[_OWN_BROKER] = own["SHOAL_KAFKA_BOOTSTRAP"]
    return {
        **{f"{VARIABLES[name]}_URL": url for name, url in urls.items()},
        **{f"{VARIABLES[name]}_ADMIN_URL": url for name, url in admin_urls.items()},
        **own,
        "SHOAL_CACHE": str(cache_folder()),
    }


def export_lines(variables: Mapping[str, str]) -> list[str]:
    """Return the lines that a shell reads."""
    return [f"export {name}={shlex.quote(value)}" for name, value in variables.items()]


def write_exports(folder: Path, variables: Mapping[str, str]) -> Path:
    """Write the file for `source` into the stack's folder, which ends with the stack; return its path."""
    file = folder / FILE
    write_private(file, "\n".join(export_lines(variables)) + "\n")
    return file


def forget_own_broker() -> None:
    """Remove the broker of an earlier stack from the environment, if its exports put it there.

    Otherwise a stack started in the same shell would take that broker for an external Kafka.
    """
    broker = os.environ.pop(_OWN_BROKER, None)
    if broker and broker == os.environ.get("SHOAL_KAFKA_BOOTSTRAP"):
        for name in ("BOOTSTRAP", "IDEMPOTENCE", "SESSION_TIMEOUT_MS"):
            os.environ.pop(f"SHOAL_KAFKA_{name}", None)
