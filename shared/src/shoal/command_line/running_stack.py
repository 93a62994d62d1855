"""The addresses of the stack that `shoal up` runs on this machine, from the file that it writes."""

import os
import shlex
from collections.abc import Iterator
from pathlib import Path

from shoal.cache import cache_folder

FILE = "shoal.env"
ADDRESSES = (
    "SHOAL_INGEST_URL",
    "SHOAL_SAMPLER_URL",
    "SHOAL_GATEWAY_URL",
    "SHOAL_QA_URL",
    "SHOAL_KAFKA_BOOTSTRAP",
)
_EXPORT = "export "


def use_running_stack() -> None:
    """Put the newest stack's variables into the environment.

    Does nothing if the environment has an address already: one installation's addresses never mix with
    another's.
    """
    if any(os.environ.get(name) for name in ADDRESSES):
        return
    for name, value in running_stack().items():
        os.environ.setdefault(name, value)


def running_stack() -> dict[str, str]:
    """Return the variables of the newest running stack; none if no stack runs."""
    files = sorted((cache_folder() / "stacks").glob(f"*/{FILE}"), key=_time_of)
    try:
        return dict(_exported_pairs(files[-1].read_text("utf-8"))) if files else {}
    except OSError:  # it has just ended
        return {}


def _time_of(file: Path) -> float:
    try:
        return file.stat().st_mtime
    except OSError:
        return 0.0


def _exported_pairs(text: str) -> Iterator[tuple[str, str]]:
    for line in text.splitlines():
        if line.startswith(_EXPORT):
            name, _, value = line.removeprefix(_EXPORT).partition("=")
            yield name, "".join(shlex.split(value))
