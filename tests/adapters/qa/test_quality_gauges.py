"""Gauges of quality on a real PostgreSQL: the numbers of the HTTP API, also after a restart."""

from typing import Any, cast

import pytest

from adapters.qa.metricskit import campaign_job, series_of, vote_at
from adapters.qa.qakit import NOON, Qa, add_gold, fill, job, vote
from shoal.contracts.answers import ClassAnswer
from shoal_qa.adapters.postgres.guidelines import PostgresRules
from shoal_qa.adapters.postgres.measures import PostgresMeasures
from shoal_qa.adapters.postgres.quality import PostgresQuality
from shoal_qa.adapters.postgres.reports import PostgresReports
from shoal_qa.usecases.measures.quality import GAUGES, MeasureQuality
from shoal_qa.usecases.review import DecideReview
from shoal_qa.usecases.rules import Rule

pytestmark = pytest.mark.servers
ACCURACY, ANSWERS = "shoal_qa_gold_accuracy_ratio", "shoal_qa_gold_answers"
AGREEMENT, COMPARED = "shoal_qa_provider_agreement_ratio", "shoal_qa_provider_compared_votes"
ANNOTATORS, MEASURED_AT = "shoal_qa_annotators", "shoal_qa_quality_measured_timestamp_seconds"


async def measured_body(qa: Qa) -> dict[str, Any]:
    return cast(dict[str, Any], await PostgresReports(qa.pool).quality("news"))


async def test_the_numbers_are_those_of_the_http_api(qa: Qa) -> None:
    await fill(qa, range(30), wrong=4)
    await fill(qa, range(100, 130), wrong=6, purpose="gold")
    await add_gold(qa, range(100, 130))
    assert await qa.refit()() == 1
    await qa.measure()
    body = await measured_body(qa)
    assert series_of("shoal_qa_agreement_alpha") == {(): body["agreement"]}
    assert series_of("shoal_qa_accepted_label_cost") == {(): body["cost_per_accepted_label"]}
    assert series_of(ACCURACY)["crowd",] == pytest.approx(body["gold_accuracy"])
    assert series_of(ANSWERS)["crowd",] == sum(one["gold_answered"] for one in body["annotators"]) == 90
    right = sum(one["gold_right"] for one in body["annotators"])
    assert series_of("shoal_qa_gold_right_answers") == {("crowd",): right}
    states = [row["state"] for row in await PostgresReports(qa.pool).annotators("news")]
    assert series_of(ANNOTATORS) == {
        ("crowd", state): states.count(state) for state in ("new", "trusted", "probation", "blocked")
    }
    assert sum(series_of("shoal_qa_annotator_alarms").values()) == sum(
        len(a["warnings"]) for a in body["annotators"]
    )
    at = (await qa.rows("SELECT extract(epoch FROM measured_at)::float8 FROM quality"))[0][0]
    assert series_of(MEASURED_AT)[()] == pytest.approx(at)


async def test_before_the_first_vote_and_label_gauges_are_absent(qa: Qa) -> None:
    await qa.jobs([job(1)])
    await qa.measure()
    assert series_of(MEASURED_AT) == {}
    await qa.annotations([vote(1, "ann", "x")])
    assert await qa.refit()() == 1
    await qa.measure()
    assert series_of("shoal_qa_accepted_label_cost") == series_of(ACCURACY) == series_of(AGREEMENT) == {}
    assert series_of(ANSWERS) == {("crowd",): 0}
    assert series_of("shoal_qa_certificate_valid") == {}  # the rule has no target


async def test_a_replica_that_just_started_shows_what_another_measured(qa: Qa) -> None:
    await fill(qa, range(20))
    await qa.refit()()
    await qa.measure()
    before = {gauge.declared.name: series_of(gauge.declared.name) for gauge in GAUGES}
    for gauge in GAUGES:
        gauge.replace({})
    await qa.measure()
    assert {gauge.declared.name: series_of(gauge.declared.name) for gauge in GAUGES} == before


class CountedMeasures(PostgresMeasures):
    """Measures that count how often a project's quality is read."""

    reads = 0

    async def quality(self, project: str) -> Any:
        self.reads += 1
        return await super().quality(project)


async def test_only_projects_that_were_measured_again_are_read_and_gone_ones_leave(qa: Qa) -> None:
    await fill(qa, range(10))
    await qa.refit()()
    measures = CountedMeasures(qa.pool)
    measure = MeasureQuality(measures)
    await measure()
    await measure()
    assert measures.reads == 1
    await qa.annotations([vote(1, "zoe", "x")])
    await qa.refit()()
    await measure()
    assert measures.reads == 2
    assert sum(series_of(ANNOTATORS).values()) == 8
    await qa.pool.execute("DELETE FROM quality")
    await measure()
    assert all(series_of(gauge.declared.name) == {} for gauge in GAUGES)


async def test_votes_of_a_provider_are_compared_with_accepted_labels(qa: Qa) -> None:
    lenient = Rule(model="majority", accept_probability=0.5, hysteresis=0.3, max_votes=3)
    await PostgresRules(qa.pool).put("news", lenient, NOON)
    await qa.jobs([campaign_job(n) for n in range(10)])
    for number in range(10):
        votes = [vote_at("acme", number, name, "x") for name in ("ann", "bob")]
        await qa.annotations(votes)
        await qa.annotations([vote_at("cheap", number, "liar", "y" if number < 8 else "x")])
    await qa.refit()()
    await qa.measure()
    assert series_of(AGREEMENT) == {("acme",): 1.0, ("cheap",): 0.2}
    assert series_of(COMPARED) == {("acme",): 20, ("cheap",): 10}
    decide = DecideReview(qa.database, qa.evaluate, lambda: NOON)
    await decide("news", "j0", ClassAnswer(label="y"), "boss")  # an expert agrees with the one that differed
    await qa.annotations([vote_at("cheap", 1, "liar", None, 2)])  # a vote taken back does not count
    await qa.refit()()
    await qa.measure()
    assert series_of(AGREEMENT) == {("acme",): 0.9, ("cheap",): pytest.approx(3 / 9)}


async def test_votes_of_blocked_annotators_and_withdrawn_labels_are_not_compared(qa: Qa) -> None:
    await qa.jobs([campaign_job(n) for n in range(3)])
    for number in range(3):
        await qa.annotations([vote_at("acme", number, name, "x") for name in ("ann", "bob", "cy")])
    await qa.annotations([vote_at("acme", 0, name, None, 2) for name in ("ann", "bob")])
    await qa.pool.execute(
        "INSERT INTO annotators VALUES ('news', 'acme/cy', 'blocked', 9, 0.1, 0, 0.2, 0, 9)"
    )
    labels = await PostgresQuality(qa.pool).recent_labels("news")
    assert sorted(labels) == [("j1", "x"), ("j2", "x")]
    await qa.refit()()
    await qa.measure()
    assert series_of(COMPARED)["acme",] == 4
