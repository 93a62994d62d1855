"""A child process of a stack: it has a log file and a mark, and can be stopped or killed."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

# Every process of a stack carries the stack's directory in this variable. It is the only record of which
# process belongs to which stack that survives a SIGKILL of all others.
MARK = "SHOAL_STACK"
_PAUSE_S = 0.02
# A start that fails ends its process, which is noticed at once; a busy machine may take minutes.
_READY_S = 300.0
_LINES_SHOWN = 15


# Switches to another account, then runs the command. Popen(user=...) would fork this process, and the fork
# handlers of gRPC and OpenBLAS sometimes crash the child when other threads are running; without `user`,
# Popen uses vfork, which calls no handlers.
_AS_USER = (
    "import os, pwd, sys; account = pwd.getpwnam(sys.argv[1]); os.setgroups([]); os.setgid(account.pw_gid); "
    "os.setuid(account.pw_uid); os.execv(sys.argv[2], sys.argv[2:])"
)


class StartFailed(RuntimeError):
    """A process ended or did not become ready in time; the message ends with the tail of its log."""


def open_private(path: Path) -> BinaryIO:
    """Open a file at its end for writing; a new one can be read by its owner only."""
    return open(path, "ab", opener=lambda name, flags: os.open(name, flags, 0o600))


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner can read; one that exists is replaced at once."""
    draft = path.with_name(f"{path.name}.new")
    draft.unlink(missing_ok=True)
    with open_private(draft) as file:
        file.write(text.encode())
    draft.replace(path)


@dataclass(kw_only=True)
class Child:
    """One process and how to start it; it can start again after it has ended.

    user: the account that the process runs under when the caller is root.
    """

    name: str
    command: Sequence[str]
    stack: Path
    log: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    user: str | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    _process: subprocess.Popen[bytes] | None = field(default=None, init=False, repr=False)

    @property
    def pid(self) -> int | None:
        """Return the process id of the latest start, or None before the first."""
        return self._process.pid if self._process else None

    @property
    def running(self) -> bool:
        """Return whether the process was started and has not ended."""
        return self._process is not None and self._process.poll() is None

    @property
    def exit_code(self) -> int | None:
        """Return how the latest start ended: None while it runs, negative for a signal."""
        return self._process.poll() if self._process else None

    def start(self) -> None:
        """Start the process in a new session, so that Ctrl-C reaches its owner first."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with open_private(self.log) as log:
            self._process = subprocess.Popen(
                as_user(self.command, self.user),
                env={**os.environ, **self.environment, MARK: str(self.stack)},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                umask=0o077,  # files of a stack are its owner's
                cwd="/" if self.user else None,  # every account may enter it
            )

    def ask(self) -> None:
        """Ask the process to end, without waiting for it."""
        if self._process is not None and self.running:
            self._process.send_signal(self.stop_signal)

    def stop(self, grace_s: float = 10) -> None:
        """Ask the process to end, and kill it if it still runs after `grace_s` seconds."""
        if self._process is None or not self.running:
            return
        self.ask()
        try:
            self._process.wait(grace_s)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """Kill the process with SIGKILL and wait until it is gone."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def wait_until(self, ready: Callable[[], bool], timeout_s: float = _READY_S) -> None:
        """Wait until `ready` returns true.

        Raises StartFailed if the process ends first or `timeout_s` seconds pass.
        """
        deadline = time.monotonic() + timeout_s
        while not ready():
            if not self.running:
                raise StartFailed(f"{self.name} ended with {self.exit_code}{self.tail()}")
            if time.monotonic() > deadline:
                raise StartFailed(f"{self.name} was not ready within {timeout_s:.0f} s{self.tail()}")
            time.sleep(_PAUSE_S)

    def tail(self) -> str:
        """Return the end of the log, worded to follow a sentence; empty if the log is empty."""
        lines = self.log.read_text(errors="replace").splitlines() if self.log.exists() else []
        return "; the end of its log:\n" + "\n".join(lines[-_LINES_SHOWN:]) if lines else ""


def as_user(command: Sequence[str], user: str | None) -> list[str]:
    """Return the command that runs `command` (its program by an absolute path) under the account `user`."""
    return [sys.executable, "-I", "-S", "-c", _AS_USER, user, *command] if user else list(command)
