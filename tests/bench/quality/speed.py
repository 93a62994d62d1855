"""Time and memory of Shoal and of the library that a user would pick: same votes, separate processes."""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from tests.bench.quality.crowds import large
from tests.bench.quality.process import Done, ours, theirs

PATIENCE_S = 300  # of work by another library


@dataclass(frozen=True, slots=True)
class Line:
    """The same work twice."""

    work: str
    ours: Done
    theirs: Done
    yardstick: str
    note: str = ""

    def cells(self) -> list[str]:
        """Return the cells of a table's row."""
        if self.theirs.failure:
            return [self.work, *_sizes(self.ours), self.theirs.failure, "", "", "", self.yardstick]
        times = f"{self.theirs.seconds / self.ours.seconds:.1f}"
        share = f"{self.ours.mib / self.theirs.mib:.2f}"
        note = f"{self.yardstick}{f'; {self.note}' if self.note else ''}"
        return [self.work, *_sizes(self.ours), *_sizes(self.theirs), times, share, note]


HEADS = (
    "work",
    "Shoal, s",
    "MiB",
    "other, s",
    "MiB",
    "times as fast",
    "share of memory",
    "the other is",
)


def lines() -> Iterator[Line]:
    """Yield a line per work: 1M votes, 100k tasks, 1,000 annotators, 5 classes unless stated otherwise."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        large(1_000_000).save(folder)
        yield same_rounds(folder)
        own, other, auto = (
            ours("dawid-skene", folder, 3),
            theirs("DawidSkene", folder, 2),
            ours("auto", folder, 2),
        )
        yield Line("dawid-skene until convergence", own, other, "crowd-kit DawidSkene()")
        work = "auto, calibrated, certified"
        yield Line(work, auto, other, "crowd-kit DawidSkene()")
        other = theirs("MACE", folder)
        yield Line("mace until convergence", ours("mace", folder, 2), other, "crowd-kit MACE(n_restarts=1)")
        yield Line(work, auto, other, "crowd-kit MACE(n_restarts=1)")
        yield Line(work, auto, theirs("cleanlab", folder), "cleanlab get_label_quality_multiannotator")
        yield Line(
            "Krippendorff's alpha of labels",
            ours("alpha", folder, 3),
            theirs("krippendorff", folder, 3),
            "krippendorff",
        )
    yield glad()


def same_rounds(folder: Path) -> Line:
    """Return ten rounds of maximum likelihood, and the largest difference of the posteriors."""
    one, other = ours("dawid-skene, 10 rounds", folder, 3), theirs("DawidSkene, 10 rounds", folder, 2)
    note = other.failure or f"posteriors differ by at most {np.abs(one.out - other.out).max():.0e}"
    return Line(
        "Dawid-Skene, maximum likelihood, 10 rounds", one, other, "crowd-kit DawidSkene(n_iter=10)", note
    )


def glad(votes: int = 1_000_000) -> Line:
    """Return the line of the largest size, reduced tenfold at a time, that GLAD finishes in PATIENCE_S."""
    while True:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            large(votes, annotators=1000).save(folder)
            other = theirs("GLAD", folder, timeout=PATIENCE_S)
            if not other.failure or votes <= 10_000:
                work = f"auto, calibrated, certified, {votes:,} votes"
                return Line(
                    work,
                    ours("auto", folder),
                    other,
                    "crowd-kit GLAD(), at the largest size it finishes in 5 minutes",
                )
        votes //= 10


def scale() -> str:
    """Return seconds and memory at 1M and 10M votes, and a linear extrapolation to 100M."""
    found = []
    for votes in (1_000_000, 10_000_000):
        with tempfile.TemporaryDirectory() as name:
            large(votes).save(Path(name))
            found.append(ours("dawid-skene, 10 rounds", Path(name), 2))
    seconds, mib = ([getattr(each, what) for each in found] for what in ("seconds", "mib"))
    rows = ["| votes | tasks | s | MiB |", "|---|---|---|---|"]
    rows += [
        f"| {votes:,} | {votes // 10:,} | {s:.1f} | {m:,.0f} |"
        for votes, s, m in zip((1_000_000, 10_000_000), seconds, mib, strict=True)
    ]
    far = [values[1] + 10 * (values[1] - values[0]) for values in (seconds, mib)]
    rows.append(f"| 100,000,000, extrapolated | 10,000,000 | {far[0]:.0f} | {far[1]:,.0f} |")
    each = (mib[1] - mib[0]) * 2**20 / 9_000_000
    return "\n".join(
        [*rows, "", f"Measured growth: {each:.0f} bytes a vote at 10 votes a task and 5 classes."]
    )


def markdown(found: list[Line]) -> str:
    """Return the table of the document."""
    rows = [f"| {' | '.join(line.cells())} |" for line in found]
    return "\n".join([f"| {' | '.join(HEADS)} |", "|" + "---|" * len(HEADS), *rows])


def _sizes(done: Done) -> list[str]:
    return [done.failure, ""] if done.failure else [f"{done.seconds:.2f}", f"{done.mib:,.0f}"]
