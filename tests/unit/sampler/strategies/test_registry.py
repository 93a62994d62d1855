"""The registry of strategies is all that campaigns, the command line and the docs go by."""

import csv
from pathlib import Path

import numpy as np
import pytest
from pydantic import TypeAdapter, ValidationError
from typer.testing import CliRunner

from shoal.command_line.main import command_line
from shoal_sampler.domain.campaigns.campaign import Selection
from shoal_sampler.domain.campaigns.wishes import rank_candidates, strategy_of
from shoal_sampler.domain.pools.pool import Pool, Ranking, best_first, pool_of
from shoal_sampler.domain.strategies import STRATEGIES
from shoal_sampler.domain.strategies.named import NamedStrategy
from shoal_sampler.usecases.campaigns.definition import Strategy
from shoal_sampler.usecases.campaigns.translate import selection_of
from unit.sampler.poolkit import unit_rows

DOCS = Path(__file__).parents[4] / "docs" / "selection.md"


def last_first(pool: Pool, k: int) -> Ranking:
    return best_first(np.arange(len(pool), dtype=np.float32), pool, k)


LAST_FIRST = NamedStrategy(
    name="last_first", choose=last_first, reason="the last of the window", purpose="tests"
)


@pytest.fixture
def _with_last_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(STRATEGIES, "last_first", LAST_FIRST)


@pytest.mark.usefixtures("_with_last_first")
def test_an_entry_of_the_registry_is_a_kind_of_campaign() -> None:
    selection = selection_of(Strategy.model_validate({"kind": "last_first", "share": 0.5}))
    pool = pool_of(unit_rows(0, 10))
    wish = rank_candidates(selection, pool, 2, strategy_of(selection, 0, pool))
    assert wish.ranking.indices.tolist()[:2] == [9, 8]
    assert wish.reason == "the last of the window"
    schema = TypeAdapter(Strategy).json_schema()["properties"]["kind"]
    assert "last_first" in schema["enum"]


@pytest.mark.usefixtures("_with_last_first")
def test_an_entry_of_the_registry_chooses_rows_of_a_file(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", unit_rows(0, 10))
    files = ["--embeddings", str(tmp_path / "x.npy"), "--output", str(tmp_path / "picks.csv")]
    words = ["sampler", "select", *files, "--n", "2", "--strategy", "last_first"]
    result = CliRunner().invoke(command_line(words), words)
    assert result.exit_code == 0, result.stderr
    with (tmp_path / "picks.csv").open(newline="") as lines:
        assert [row["index"] for row in csv.DictReader(lines)] == ["9", "8"]


def test_what_is_not_in_the_registry_is_refused_with_the_names_that_are() -> None:
    for wrong in ("last_first", "margin"):  # margin is a measure of `uncertainty`
        with pytest.raises(ValidationError, match=r"use one of auto, random, .*coverage_then_margin"):
            Strategy.model_validate({"kind": wrong})
    with pytest.raises(ValidationError, match="use one of margin, entropy, least_confidence"):
        Strategy.model_validate({"kind": "uncertainty", "measure": "herding"})


def test_a_measure_is_what_uncertainty_follows() -> None:
    selection = Selection(kind="uncertainty", measure="entropy")
    assert strategy_of(selection, 0, pool_of(unit_rows(0, 3))) == "entropy"


def test_the_docs_list_the_registry() -> None:
    text = DOCS.read_text(encoding="utf-8")
    table = text.partition("<!-- strategies: begin -->\n")[2].partition("\n<!-- strategies: end -->")[0]
    assert table == docs_table()


def docs_table() -> str:
    rows = [
        f"| `{entry.name}` | {', '.join(sorted(entry.needs))} | {entry.purpose}{_paper(entry)} |"
        for entry in STRATEGIES.values()
    ]
    return "\n".join(["| strategy | needs | what it is for |", "|---|---|---|", *rows])


def _paper(entry: NamedStrategy) -> str:
    return f" ({entry.paper})" if entry.paper else ""
