"""`shoal up`, `shoal down`, `shoal demo`."""

import hashlib
import hmac
import json
import os
import signal
import time
from contextlib import ExitStack, suppress
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from shoal.runtime.settings import SHORTEST_KEY
from shoal_local import leftovers, places
from shoal_local.announcement import announce_stack
from shoal_local.datasets import DEFAULT, UnusableFolder, dataset_address
from shoal_local.process import StartFailed
from shoal_local.seeding import seed_project
from shoal_local.services import LocalShoal
from shoal_local.stack import Stack, sweep_stacks

out, err = Console(), Console(stderr=True)
STOP_S = 60
MEDIA_VARIABLES = ("SHOAL_MEDIA_URI", "SHOAL_MEDIA_KEY")
"""Variables that take precedence over the stack's own folder of images and key."""


def up(
    empty: Annotated[bool, typer.Option(help="Start without an example project.")] = False,
    admin_key_file: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="File with the administrator's key, which may be in SHOAL_ADMIN_KEY instead. With it, every "
            "service requires keys, and PostgreSQL and Qdrant passwords.",
        ),
    ] = None,
    datasets: Annotated[
        str,
        typer.Option(
            envvar="SHOAL_DATASETS_URI",
            metavar="DIR",
            help="Folder of dataset versions; it stays after Ctrl-C.",
        ),
    ] = DEFAULT,
) -> None:
    """Start the embedded stack and the five services, and leave them running until Ctrl-C."""
    admin_key = _admin_key(admin_key_file)
    more = _secrets_of(admin_key) if admin_key else {}
    more |= {"SHOAL_DATASETS_URI": _usable_address(datasets), "SHOAL_DATASETS_RESTORE": "true"}
    more |= {name: os.environ[name] for name in MEDIA_VARIABLES if name in os.environ}
    stop = _stop_on_signals()
    try:
        with ExitStack() as running:
            with err.status("starting the stack ..."):
                stack = running.enter_context(Stack(passwords=bool(admin_key)))
            with err.status("starting five services ..."):
                shoal = running.enter_context(LocalShoal(stack, environment=more))
            if not empty and not stop.requested:
                with err.status("creating an example project ..."):
                    seed_project(shoal.urls, admin_key or None)
            announce_stack(stack, shoal, empty=empty, keys=bool(admin_key))
            _wait_for_end(shoal, stop)
            err.print("stopping ...")
    except StartFailed as error:
        err.print(str(error), markup=False)
        raise typer.Exit(1) from None


def down() -> None:
    """Stop every stack that `shoal up` left running on this machine, and clean up after killed ones."""
    ended = sum(_end_stack(folder) for folder in list(leftovers.stack_directories(places.stack_folder())))
    out.print(f"{ended + sweep_stacks()} stacks stopped")


class Story(StrEnum):
    """What the demo is about."""

    TEXTS = "texts"
    IMAGES = "images"


def demo(
    story: Annotated[
        Story, typer.Argument(help="texts: topics of newswire; images: defects on photos of solar cells.")
    ] = Story.TEXTS,
    output: Annotated[
        Path | None,
        typer.Option(help="HTML page to write; by default shoal-demo.html or shoal-demo-images.html."),
    ] = None,
    quick: Annotated[bool, typer.Option(help="Run one seed and two rounds only.")] = False,
) -> None:
    """Run the whole loop on real data, with two arms side by side, and write the report."""
    if story is Story.IMAGES:
        from shoal_local.demo.images.run import run_images

        raise typer.Exit(run_images(output or Path("shoal-demo-images.html"), quick=quick))
    from shoal_local.demo.run import main

    raise typer.Exit(main(output or Path("shoal-demo.html"), quick=quick))


def _admin_key(file: Path | None) -> str:
    """Return the administrator's key, which no command line holds; exit with 2 if it is unfit."""
    try:
        key = os.environ.get("SHOAL_ADMIN_KEY", "") if file is None else file.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        err.print(f"{file}: the key cannot be read: {error}", markup=False, soft_wrap=True)
        raise typer.Exit(2) from None
    if (key or file) and len(key) < SHORTEST_KEY:
        text = f"the administrator's key has fewer than {SHORTEST_KEY} characters: openssl rand -base64 24"
        err.print(text, markup=False, soft_wrap=True)
        raise typer.Exit(2)
    return key


def _secrets_of(admin_key: str) -> dict[str, str]:
    """Return the key, and the salt of the audit if there is none yet: the same for the same key."""
    salt = hmac.new(admin_key.encode(), b"shoal audit salt", hashlib.sha256).hexdigest()
    return {"SHOAL_ADMIN_KEY": admin_key, "SHOAL_AUDIT_SALT": os.environ.get("SHOAL_AUDIT_SALT") or salt}


def _usable_address(datasets: str) -> str:
    """Return the address of the folder of datasets; exit with 2 and one line if it cannot be used."""
    try:
        return dataset_address(datasets)
    except UnusableFolder as error:
        err.print(str(error), markup=False, soft_wrap=True)
        raise typer.Exit(2) from None


class _Stop:
    """Whether a signal requested the end."""

    def __init__(self) -> None:
        self.requested = False


def _stop_on_signals() -> _Stop:
    stop = _Stop()

    def ask(*_: object) -> None:
        stop.requested = True

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, ask)
    return stop


def _wait_for_end(shoal: LocalShoal, stop: _Stop) -> None:
    while not stop.requested:
        if dead := shoal.dead():
            raise StartFailed(f"{', '.join(dead)} ended unexpectedly{shoal.tail(dead[0])}")
        time.sleep(0.3)


def _end_stack(folder: Path) -> int:
    with suppress(OSError, ValueError, KeyError):
        facts = json.loads((folder / "stack.json").read_text())
        if not leftovers.is_alive(facts["owner"], facts["created"]):
            return 0  # sweep_stacks removes it
        os.kill(facts["owner"], signal.SIGTERM)
        deadline = time.monotonic() + STOP_S
        while leftovers.is_alive(facts["owner"], facts["created"]) and time.monotonic() < deadline:
            time.sleep(0.1)
        return 1
    return 0
