"""Campaigns that can take no sample are refused, and those that probably take none get warnings."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from publishingkit import received
from shoal.contracts.label_schemas import LabelClass, SingleChoiceSchema
from shoal.contracts.labels import GuidelineRef
from shoal.contracts.providers import ProviderEntry, ProvidersChanged
from shoal.contracts.quality import GuidelinePublished
from shoal.messaging import Transient
from shoal.runtime.refusal import Refused
from shoal_sampler.usecases.campaigns.checks import CheckCampaign
from shoal_sampler.usecases.campaigns.definition import Definition
from shoal_sampler.usecases.campaigns.directory import GuidelineDirectory
from shoal_sampler.usecases.ports.stream import Condition, Matches
from shoal_sampler.usecases.providers import ProviderDirectory

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


class Stream:
    """Samples as payloads."""

    def __init__(self, *payloads: dict[str, Any]) -> None:
        self.payloads = payloads
        self.is_away = False
        self.together = 1

    async def matches(self, project: str, conditions: Sequence[Condition], *, with_crops: bool) -> Matches:
        if self.is_away:
            raise Transient("Qdrant is unavailable")
        counts = [
            sum(
                condition.value == payload.get(condition.attribute)
                or condition.value in payload.get("tags", ())
                for payload in self.payloads
            )
            for condition in conditions
        ]
        labels = sorted(
            {payload["predicted_label"] for payload in self.payloads if "predicted_label" in payload}
        )
        return Matches(len(self.payloads), counts, self.together, {"predicted_label": labels})


def definition(**changes: Any) -> Definition:
    body = {"name": "c", "strategy": {"kind": "random"}, "budget": {"votes": 30}, **changes}
    return Definition.model_validate(body)


def providers_of(*names: str, hour: int = 0) -> Any:
    entries = tuple(ProviderEntry(name=name, kind="generic") for name in names)
    event = ProvidersChanged(project="news", providers=entries, changed_at=NOON.replace(hour=hour))
    return received(event, "providers.changed")


@pytest.fixture
def providers() -> ProviderDirectory:
    return ProviderDirectory()


@pytest.fixture
def stream() -> Stream:
    return Stream()


@pytest.fixture
def check(providers: ProviderDirectory, stream: Stream) -> CheckCampaign:
    guidelines = GuidelineDirectory()
    event = GuidelinePublished(
        project="news",
        guideline=GuidelineRef(major=1, minor=0),
        label_schema=SingleChoiceSchema(classes=(LabelClass(name="grain"), LabelClass(name="trade"))),
        published_at=NOON,
    )
    guidelines.apply(received(event, "guidelines.published"))
    return CheckCampaign(guidelines=guidelines, providers=providers, stream=stream, clock=lambda: NOON)


@pytest.mark.parametrize(
    ("votes", "labeling"),
    [(0, {}), (2, {}), (1, {"votes": 1, "max_votes": 2}), (99, {"votes": 2, "max_votes": 100})],
)
async def test_a_budget_below_one_job_is_refused(
    check: CheckCampaign, votes: int, labeling: dict[str, int]
) -> None:
    poor = definition(budget={"votes": votes}, labeling=labeling)
    with pytest.raises(Refused) as error:
        await check.refuse("news", poor)
    assert (error.value.field, error.value.kind) == ("budget.votes", "invalid")
    await check.refuse("news", poor, votes_reserved=votes + 1)  # what is spent may be the end


async def test_a_budget_of_exactly_one_job_passes(check: CheckCampaign) -> None:
    await check.refuse("news", definition(budget={"votes": 3}))


async def test_an_unknown_provider_is_refused_with_those_that_exist(
    check: CheckCampaign, providers: ProviderDirectory
) -> None:
    providers.apply(providers_of("acme", "crowd"))
    with pytest.raises(Refused) as error:
        await check.refuse("news", definition(labeling={"provider": "acne"}))
    assert error.value.field == "labeling.provider"
    assert "it has acme, crowd, inhouse" in error.value.detail
    assert error.value.fix.startswith("Write 'acme'")


async def test_the_in_house_queue_and_the_default_need_no_announcement(check: CheckCampaign) -> None:
    await check.refuse("news", definition(labeling={"provider": "inhouse"}))
    await check.refuse("news", definition())


async def test_a_provider_that_is_being_announced_is_waited_for(
    check: CheckCampaign, providers: ProviderDirectory
) -> None:
    refusing = asyncio.ensure_future(check.refuse("news", definition(labeling={"provider": "acme"})))
    await asyncio.sleep(0)
    providers.apply(providers_of("crowd", hour=1))
    await asyncio.sleep(0)
    assert not refusing.done()
    providers.apply(providers_of("acme", "crowd", hour=2))
    await refusing


def test_an_older_list_of_providers_does_not_replace_a_newer_one(providers: ProviderDirectory) -> None:
    providers.apply(providers_of("acme", hour=2))
    providers.apply(providers_of("crowd", hour=1))
    assert providers.names("news") == ["acme", "inhouse"]
    assert providers.names("other") == ["inhouse"]


async def cautions_of(check: CheckCampaign, **changes: Any) -> list[tuple[str, str, str]]:
    cautions = await check.cautions("news", definition(**changes))
    return [(caution.field, caution.detail, caution.fix) for caution in cautions]


async def test_a_label_that_is_no_class_is_named_with_the_one_that_is_meant(check: CheckCampaign) -> None:
    ((field, detail, fix),) = await cautions_of(check, filter={"predicted_labels": ["grain", "Trade"]})
    assert field == "filter.predicted_labels"
    assert "'Trade' is no class of the guideline (grain, trade)" in detail
    assert fix.startswith("Write 'trade'")


async def test_a_label_that_a_model_uses_needs_no_class(check: CheckCampaign, stream: Stream) -> None:
    stream.payloads = ({"predicted_label": "wheat"},)
    assert await cautions_of(check, filter={"predicted_labels": "wheat"}) == []


@pytest.mark.parametrize(
    ("conditions", "field"),
    [
        ({"predicted_labels": ["trade"]}, "filter.predicted_labels"),
        ({"models": ["topics2"]}, "filter.models"),
        ({"model_versions": ["8"]}, "filter.model_versions"),
        ({"tags": {"region": "us"}}, "filter.tags"),
    ],
)
async def test_a_condition_that_no_sample_met_is_named(
    check: CheckCampaign, stream: Stream, conditions: dict[str, Any], field: str
) -> None:
    assert [caution[0] for caution in await cautions_of(check, filter=conditions)] == []
    sample = {"predicted_label": "grain", "model": "topics", "model_version": "7", "tags": ["region=eu"]}
    stream.payloads = (sample,) * 3
    ((place, detail, _),) = await cautions_of(check, filter=conditions)
    assert place == field
    assert "none of 3 samples so far" in detail
    met = {"predicted_labels": "grain", "models": "topics", "model_versions": "7", "tags": {"region": "eu"}}
    assert await cautions_of(check, filter=met) == []


async def test_an_end_that_is_over_and_coverage_of_all_votes_are_named(check: CheckCampaign) -> None:
    assert [caution[0] for caution in await cautions_of(check, until="2026-11-24T11:59:59Z")] == ["until"]
    strategy = {"kind": "coverage_then_margin", "coverage_votes": 30}
    assert [caution[0] for caution in await cautions_of(check, strategy=strategy)] == [
        "strategy.coverage_votes"
    ]


async def test_an_outage_of_the_vector_store_costs_warnings_only(
    check: CheckCampaign, stream: Stream
) -> None:
    stream.is_away = True
    assert await cautions_of(check, filter={"models": ["topics2"]}) == []


async def test_conditions_that_no_sample_met_together_are_named(check: CheckCampaign, stream: Stream) -> None:
    stream.payloads = ({"model": "topics", "model_version": "7"}, {"model": "other", "model_version": "8"})
    stream.together = 0
    conditions = {"models": "topics", "model_versions": "8"}
    ((field, detail, _),) = await cautions_of(check, filter=conditions)
    assert field == "filter"
    assert "none of 2 samples so far meets all of its conditions" in detail
