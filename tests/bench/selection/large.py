"""A million rows from a file: time and memory of each strategy, by the command that a user would type."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

ROWS, D, C, K, LABELLED = 1_000_000, 384, 20, 1000, 2000
WITH_SCORES = ("badge", "cluster_margin", "density", "margin", "uncertainty_herding")
WITHOUT = ("facility_location", "herding", "k_center", "typiclust")
_BLOCK = 50_000


@dataclass(frozen=True, slots=True)
class Large:
    """One command: processor and wall seconds, and the most memory it held, in GB."""

    strategy: str
    processor_s: float
    wall_s: float
    memory_gb: float


def run() -> Iterator[Large]:
    """Yield a line per strategy."""
    with tempfile.TemporaryDirectory() as folder:
        files = _write(Path(folder))
        yield _measured("auto, no labels", files, "auto")
        yield _measured(f"auto, {LABELLED:,} labels", files, "auto", "--labels", str(files / "labels.csv"))
        for name in WITHOUT:
            yield _measured(name, files, name)
        for name in WITH_SCORES:
            yield _measured(name, files, name, "--probabilities", str(files / "p.npy"))


def markdown(lines: list[Large]) -> str:
    """Return the table of the document."""
    out = ["| strategy | processor, s | wall, s | memory, GB |", "|---|---|---|---|"]
    out += [
        f"| {each.strategy} | {each.processor_s:.0f} | {each.wall_s:.0f} | {each.memory_gb:.1f} |"
        for each in lines
    ]
    return "\n".join(out)


def _write(folder: Path) -> Path:
    """Write embeddings (ROWS, D) and probabilities (ROWS, C) in float16, and labels of some rows."""
    rng = np.random.default_rng(0)
    centres, group = rng.standard_normal((200, D), np.float32), rng.integers(0, 200, ROWS)
    x = np.lib.format.open_memmap(folder / "x.npy", "w+", np.float16, (ROWS, D))
    for start in range(0, ROWS, _BLOCK):
        part = group[start : start + _BLOCK]
        x[start : start + _BLOCK] = centres[part] + 0.9 * rng.standard_normal((len(part), D), np.float32)
    x.flush()
    np.save(folder / "p.npy", rng.dirichlet(np.full(C, 0.3), ROWS).astype(np.float16))
    some = rng.permutation(ROWS)[:LABELLED]
    lines = "".join(f"{row},class {group[row] % C}\n" for row in some)
    (folder / "labels.csv").write_text(f"index,label\n{lines}")
    return folder


def _measured(name: str, files: Path, strategy: str, *more: str) -> Large:
    shoal = Path(sys.executable).with_name("shoal")
    what = ("--embeddings", str(files / "x.npy"), "--n", str(K), "--output", str(files / "picks.csv"))
    command = [str(shoal), "sampler", "select", *what, "--strategy", strategy, *more]
    start = time.perf_counter()
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as child:
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {child.returncode}")
    wall = time.perf_counter() - start
    return Large(name, used.ru_utime + used.ru_stime, wall, used.ru_maxrss * 1024 / 1e9)
