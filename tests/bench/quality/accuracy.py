"""How often answers are right: every model, `auto`, and crowd-kit's on the same votes, without any gold."""

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from rich.console import Console
from tests.bench.quality.crowds import KINDS, Crowd, public, simulate
from tests.bench.quality.peers import ACCURACY
from tests.bench.quality.process import theirs

from shoal_qa.domain.models import MODELS
from shoal_qa.domain.votes.arrays import UNKNOWN

SEEDS = range(2)
err = Console(stderr=True)
Scores = dict[str, float]


def score(crowd: Crowd) -> Scores:
    """Return the share of right answers by method."""
    found = {f"**{name}**" if name == "auto" else name: _right(crowd, name) for name in MODELS}
    with tempfile.TemporaryDirectory() as folder:
        crowd.save(Path(folder))
        done = theirs("accuracy", Path(folder))
        others = done.out if not done.failure else np.full(len(ACCURACY), np.nan)
        if done.failure:
            err.print(f"LEFT OUT crowd-kit on {crowd.name}: {done.failure}")
    return found | {f"crowd-kit {name}": float(each) for name, each in zip(ACCURACY, others, strict=True)}


def _right(crowd: Crowd, model: str) -> float:
    best = MODELS[model].fit(crowd.votes).log_posterior(crowd.votes).argmax(axis=1)
    gold = (crowd.truth != UNKNOWN) & (crowd.votes.votes_per_task() > 0)
    return float((best[gold] == crowd.truth[gold]).mean())


def on_public_sets() -> Iterator[str]:
    """Yield the table of public sets so far."""
    columns = []
    for crowd in public():
        err.print(f"accuracy: {crowd.name}")
        columns.append((crowd.name, score(crowd)))
        yield markdown(columns)


def on_simulated_crowds() -> Iterator[str]:
    """Yield the table of simulated kinds so far, each the mean of several seeds."""
    columns = []
    for kind in KINDS:
        err.print(f"accuracy: {kind.name}")
        scores = [score(simulate(kind, seed)) for seed in SEEDS]
        columns.append((kind.name, {name: float(np.mean([s[name] for s in scores])) for name in scores[0]}))
        yield f"{markdown(columns)}\n\nMeans over {len(SEEDS)} seeds of each kind."


def markdown(columns: Sequence[tuple[str, Scores]]) -> str:
    """Return per cent by method and set, and the mean."""
    heads = [*(name for name, _ in columns), "mean"]
    rows = [f"| model | {' | '.join(heads)} |", "|" + "---|" * (len(heads) + 1)]
    for name in columns[0][1]:
        values = [100 * scores[name] for _, scores in columns]
        cells = [f"{value:.1f}" for value in [*values, float(np.mean(values))]]
        rows.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(rows)
