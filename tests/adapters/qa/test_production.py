"""The accuracy of the production model on a real PostgreSQL: from decisions and labels to metrics."""

from datetime import timedelta
from typing import cast

import pytest
from prometheus_client import REGISTRY

from adapters.qa.qakit import NOON, Qa, job, vote
from shoal.contracts.samples import SampleErased
from shoal.contracts.selections import PolicyDecision, SamplingDecided
from shoal_qa.adapters.postgres.quality import PostgresQuality
from shoal_qa.usecases.decisions import RecordDecisions
from shoal_qa.usecases.erase import EraseSamples
from shoal_qa.usecases.measures.production import VersionAccuracy, version_accuracies

pytestmark = pytest.mark.servers


def decided(
    number: int,
    predicted: str | None,
    *,
    version: str = "1",
    rate: float = 0.1,
    policy: str = "audit",
    taken: bool = True,
) -> SamplingDecided:
    choice = PolicyDecision(policy=policy, version=1, probability=rate, taken=taken, reason="")
    return SamplingDecided(
        project="news",
        sample_id=f"s{number}",
        decisions=(choice,),
        predicted_label=predicted,
        model="topics",
        model_version=version,
        occurred_at=NOON,
        decided_at=NOON + timedelta(seconds=number),
    )


async def label(qa: Qa, numbers: range, purpose: str = "audit") -> None:
    """Make jobs whose label becomes x."""
    await qa.jobs([job(number).model_copy(update={"purpose": purpose}) for number in numbers])
    await qa.annotations([vote(number, name, "x") for number in numbers for name in ("ann", "bob")])


async def accuracies(qa: Qa) -> list[VersionAccuracy]:
    return version_accuracies(await PostgresQuality(qa.pool).audited("news"))


async def test_audited_samples_with_a_label_tell_how_often_the_model_is_right(qa: Qa) -> None:
    keep = RecordDecisions(qa.database)
    await keep([decided(number, "x" if number else "y") for number in range(10)])
    await keep([decided(number, "x" if number else "y") for number in range(10)])  # replayed
    await keep([decided(20, "y", policy="campaign:c"), decided(21, "y", taken=False), decided(22, None)])
    await label(qa, range(5))
    await label(qa, range(20, 23))
    (found,) = await accuracies(qa)
    assert (found.model, found.version) == ("topics", "1")
    measured = found.measured
    assert (measured.audited, measured.labelled, measured.pending) == (10, 5, 5)
    assert measured.accuracy == 0.8
    assert measured.lowest < measured.low < 0.8 < measured.high < measured.highest


async def test_rates_are_weighed_and_the_newest_version_comes_first(qa: Qa) -> None:
    keep = RecordDecisions(qa.database)
    await keep([decided(1, "x", rate=0.5), decided(2, "y", rate=0.1), decided(3, "x", version="2")])
    await label(qa, range(1, 4))
    newest, oldest = await accuracies(qa)
    assert (newest.version, newest.measured.accuracy) == ("2", 1.0)
    assert oldest.version == "1"
    assert oldest.measured.accuracy == pytest.approx(2 / (2 + 10))


async def test_erased_samples_are_forgotten_for_good(qa: Qa) -> None:
    keep = RecordDecisions(qa.database)
    await keep([decided(1, "x")])
    erased = SampleErased(project="news", sample_id="s1", reason="asked for", erased_at=NOON)
    await EraseSamples(qa.database, lambda: NOON)([erased])
    assert await accuracies(qa) == []
    await keep([decided(1, "x")])  # replayed
    assert await accuracies(qa) == []


async def test_a_refit_shows_it_to_prometheus(qa: Qa) -> None:
    await RecordDecisions(qa.database)([decided(number, "x") for number in range(4)])
    await label(qa, range(4))
    assert await qa.refit()() == 1
    await qa.measure()
    series = {"project": "news", "model": "topics", "version": "1"}
    shown = {
        name: REGISTRY.get_sample_value(f"shoal_qa_production_{name}", series)
        for name in ("accuracy_ratio", "accuracy_low_ratio", "accuracy_high_ratio", "labelled_samples")
    }
    low = cast(float, shown["accuracy_low_ratio"])
    assert 0.3 < low < 0.5
    assert shown == {
        "accuracy_ratio": 1.0,
        "accuracy_low_ratio": low,
        "accuracy_high_ratio": 1.0,
        "labelled_samples": 4.0,
    }
    erased = [SampleErased(project="news", sample_id=f"s{n}", reason="", erased_at=NOON) for n in range(4)]
    await EraseSamples(qa.database, lambda: NOON)(erased)
    await qa.jobs([job(9)])
    await qa.annotations([vote(9, "ann", "x")])
    assert await qa.refit()() == 1
    await qa.measure()
    assert REGISTRY.get_sample_value("shoal_qa_production_accuracy_ratio", series) is None


async def test_accuracy_that_an_earlier_release_did_not_store_is_estimated_again(qa: Qa) -> None:
    await RecordDecisions(qa.database)([decided(number, "x") for number in range(4)])
    await label(qa, range(4))
    assert await qa.refit()() == 1
    await qa.pool.execute("UPDATE quality SET production = NULL, providers = NULL")
    await qa.measure()
    series = {"project": "news", "model": "topics", "version": "1"}
    assert REGISTRY.get_sample_value("shoal_qa_production_accuracy_ratio", series) == 1.0
