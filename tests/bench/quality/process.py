"""Work in a separate process: seconds, peak memory and result."""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[3]
PEERS = ROOT / ".venv" / "peers-quality" / "bin" / "python"
TIMEOUT_S = 600


@dataclass(frozen=True, slots=True)
class Done:
    """seconds: of the work alone. mib: the peak of the whole process, libraries and votes included."""

    seconds: float
    mib: float
    out: "np.ndarray"
    failure: str = ""


def ours(method: str, folder: Path, times: int = 1) -> Done:
    """Return the result of Shoal, the fastest of several runs."""
    command = [sys.executable, "-m", "tests.bench.quality.ours", method, str(folder)]
    return min((_run(command, folder) for _ in range(times)), key=lambda done: done.seconds)


def theirs(method: str, folder: Path, times: int = 1, timeout: float = TIMEOUT_S) -> Done:
    """Return the result of the other library, the fastest of several runs."""
    command = [str(PEERS), str(Path(__file__).with_name("peers.py")), method, str(folder)]
    return min((_run(command, folder, timeout) for _ in range(times)), key=lambda done: done.seconds)


def answers_by(method: str, folder: Path) -> Done:
    """Return the merged answers of the other library, which reads answers.json."""
    command = [str(PEERS), str(Path(__file__).with_name("answer_peers.py")), method, str(folder)]
    return _run(command, folder)


def _run(command: list[str], folder: Path, timeout: float = TIMEOUT_S) -> Done:
    none = np.empty(0)
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=timeout, check=False)
    except subprocess.TimeoutExpired:
        return Done(np.nan, np.nan, none, f"not done in {timeout:.0f} s")
    if done.returncode:
        return Done(np.nan, np.nan, none, done.stderr.strip()[-100:])
    told = json.loads(done.stdout.splitlines()[-1])
    return Done(told["seconds"], told["mib"], np.load(folder / "out.npy"))
