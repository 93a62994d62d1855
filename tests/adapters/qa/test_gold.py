"""Gold items on a real PostgreSQL: which sample they are, and samples that cannot be meant."""

from typing import Any

import pytest

from adapters.qa.qakit import NOON, Qa
from adapters.qa.test_production import decided
from shoal.contracts.answers import ClassAnswer
from shoal.contracts.ids import sample_id, stable_id
from shoal.contracts.samples import Content, SampleErased
from shoal.messaging import MessageTooLarge
from shoal.runtime.refusal import Refused
from shoal.samples import SampleFields
from shoal_qa.adapters.postgres.guidelines import PostgresGuidelines
from shoal_qa.usecases.decisions import RecordDecisions
from shoal_qa.usecases.erase import EraseSamples
from shoal_qa.usecases.gold import AddGold, GoldAdded, GoldItem

pytestmark = pytest.mark.servers
WIRE = sample_id("news", "wire", "1")


async def add(qa: Qa, *items: dict[str, Any]) -> GoldAdded:
    gold = [
        GoldItem(
            content=Content(text=item.get("text", "text")),
            answer=ClassAnswer(label=item.get("label", "x")),
            sample=SampleFields(**{name: item[name] for name in item if name not in ("text", "label")}),
            field="label",
        )
        for item in items
    ]
    return await AddGold(qa.database, PostgresGuidelines(qa.pool), lambda: NOON)("news", gold, 3)


async def decide(qa: Qa, sample: str) -> None:
    event = decided(1, "x", taken=False).model_copy(update={"sample_id": sample})
    await RecordDecisions(qa.database)([event, event])


async def test_a_sample_by_source_and_source_id_is_that_by_its_id(qa: Qa) -> None:
    await decide(qa, WIRE)
    first = await add(qa, {"source": "wire", "source_id": "1"})
    second = await add(qa, {"sample_id": WIRE})
    assert (first.new, second.new) == (1, 0)
    assert (list(first.cautions), list(second.cautions)) == ([], [])
    assert await qa.rows("SELECT sample_id FROM gold") == [(WIRE,)]


async def test_a_text_alone_is_no_sample_of_the_stream(qa: Qa) -> None:
    assert list((await add(qa, {"text": "a"}, {"text": "b"})).cautions) == []
    same = {"text": "a", "sample_id": stable_id("gold", "news", "a")}  # as GET /gold returns it
    added = await add(qa, same)
    assert (added.new, list(added.cautions)) == (0, [])


async def test_a_text_that_no_event_holds_is_refused_and_nothing_is_stored(qa: Qa) -> None:
    with pytest.raises(MessageTooLarge, match="1000000"):
        await add(qa, {"text": "short"}, {"text": "\x01" * 170_000})  # six bytes each in JSON
    assert await qa.rows("SELECT sample_id FROM gold") == []


async def test_samples_that_were_not_decided_on_are_warned_about(qa: Qa) -> None:
    await decide(qa, WIRE)
    added = await add(
        qa, {"sample_id": WIRE}, {"source": "wire", "source_id": "2"}, {"sample_id": sample_id("n", "w", "3")}
    )
    assert added.new == 3
    assert [caution.field for caution in added.cautions] == ["items[1].source_id", "items[2].sample_id"]
    assert "source 'wire', source_id '2'" in added.cautions[0].detail


async def test_an_erased_sample_is_refused_and_nothing_is_stored(qa: Qa) -> None:
    await decide(qa, WIRE)
    event = SampleErased(project="news", sample_id=WIRE, reason="asked", erased_at=NOON)
    await EraseSamples(qa.database, lambda: NOON)([event])
    with pytest.raises(Refused) as error:
        await add(qa, {"text": "other"}, {"source": "wire", "source_id": "1"})
    assert error.value.field == "items[1].source_id"
    assert await qa.rows("SELECT sample_id FROM gold") == []


@pytest.mark.parametrize(
    ("items", "field"),
    [
        ([{"sample_id": "8841"}], "items[0].sample_id"),
        ([{"sample_id": WIRE, "source_id": "1"}], "items[0].sample_id"),
        ([{"text": "a"}, {"text": "a", "label": "y"}], "items[1].label"),
        ([{"source": "wire", "source_id": "1"}, {"sample_id": WIRE, "label": "y"}], "items[1].label"),
        ([{"label": "z"}], "items[0].label"),
    ],
)
async def test_what_cannot_be_right_is_refused(qa: Qa, items: list[dict[str, Any]], field: str) -> None:
    with pytest.raises(Refused) as error:
        await add(qa, *items)
    assert error.value.field == field
