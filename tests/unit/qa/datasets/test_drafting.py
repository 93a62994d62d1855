"""The files of a version: the same log gives the same bytes, and groups stay together."""

from collections import defaultdict
from collections.abc import AsyncGenerator, Sequence
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from shoal_qa.adapters.files.drafts import open_draft
from shoal_qa.usecases.datasets import drafting
from shoal_qa.usecases.datasets.drafting import DatasetRequest, fill_draft, version_terms
from unit.qa.datasets.labelkit import classes, guideline, one_class, stored

GUIDELINES = [guideline(1, classes("a", "b")), guideline(2, classes("a", "b", "c"), {})]
REQUEST = DatasetRequest(dataset="topics", splits={"train": 0.5, "test": 0.5}, seed=3)
WORDS = "Wheat exports fell for the third month in a row as floods closed the port of Odessa"


class Log:
    """A log of labels that is read in pages of some size."""

    def __init__(self, rows: Sequence[dict[str, Any]], page: int) -> None:
        self._rows = rows
        self._page = page

    async def guidelines(self, project: str) -> list[Any]:
        return GUIDELINES

    async def position(self, project: str) -> int:
        return len(self._rows)

    async def jobs(self, project: str) -> int:
        return await self.position(project)

    async def accepted(self, project: str, until: int) -> AsyncGenerator[list[dict[str, Any]]]:
        for start in range(0, len(self._rows), self._page):
            yield list(self._rows[start : start + self._page])


async def write(rows: Sequence[dict[str, Any]], page: int) -> tuple[dict[str, Any], dict[str, bytes], str]:
    """Return the counts, the files by name, and the digest."""
    async with open_draft(version_terms("news", REQUEST, GUIDELINES[-1])) as draft:
        facts = await fill_draft(Log(rows, page), draft, REQUEST, GUIDELINES, until=len(rows))
        await draft.finish()
        return facts, {name: path.read_bytes() for name, path in draft.paths().items()}, draft.digest()


def labelled(number: int, group: str | None, text: str | None = None) -> dict[str, Any]:
    row = stored(f"s{number:03}", 1, one_class("ab"[number % 2]), {"text": text or f"text {number}"})
    return {**row, "group_key": group}


@settings(max_examples=25, deadline=None)
@given(
    groups=st.lists(st.none() | st.sampled_from(["g1", "g2", "g3"]), min_size=1, max_size=30),
    pages=st.tuples(st.integers(1, 40), st.integers(1, 40)),
)
async def test_pages_of_any_size_give_the_same_bytes_and_groups_stay_together(
    groups: list[str | None], pages: tuple[int, int]
) -> None:
    rows = [labelled(number, group) for number, group in enumerate(groups)]
    one, other = [await write(rows, page) for page in pages]
    assert one == other
    splits = defaultdict(set)
    for row in map(orjson.loads, one[1]["data.jsonl"].splitlines()):
        splits[row["group"] or row["sample_id"]].add(row["split"])
    assert all(len(names) == 1 for names in splits.values())


async def test_another_label_is_another_digest() -> None:
    rows = [labelled(number, None) for number in range(3)]
    other = [*rows[:2], {**rows[2], "label": "b", "answer": one_class("b")}]
    assert (await write(rows, 2))[2] != (await write(other, 2))[2]


async def test_one_group_for_near_duplicates_leaves_none_across_splits() -> None:
    apart, _, _ = await write([labelled(number, None, WORDS) for number in range(12)], 5)
    assert apart["near_duplicates"]["samples"] == 12
    together, _, _ = await write([labelled(number, "flood", WORDS) for number in range(12)], 5)
    assert together["near_duplicates"] == {"samples": 0, "examples": []}


async def test_progress_is_logged_whatever_the_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drafting, "_LOGGED", 10)
    with capture_logs() as events:
        await write([labelled(number, None) for number in range(25)], 4)
    written = [event["rows"] for event in events if event["event"] == "dataset_rows_written"]
    assert written == [12, 20]
