"""Counters of qa on a real PostgreSQL: every fact counts once, whatever is delivered again."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import REGISTRY, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from adapters.qa.metricskit import Growth, campaign_job, series_of, vote_at
from adapters.qa.qakit import NOON, Qa, job, review, vote
from shoal.contracts.answers import ClassAnswer
from shoal.contracts.samples import SampleErased
from shoal.runtime.refusal import Refused
from shoal_qa.adapters.files.datasets import FsspecFiles
from shoal_qa.adapters.postgres.accepted import PostgresAccepted
from shoal_qa.adapters.postgres.datasets import PostgresRegistry
from shoal_qa.adapters.postgres.guidelines import PostgresGuidelines, PostgresRules
from shoal_qa.adapters.postgres.transactions.database import PostgresDatabase
from shoal_qa.usecases.annotations.record import RecordAnnotations, RecordJobs
from shoal_qa.usecases.datasets.drafting import DatasetRequest
from shoal_qa.usecases.datasets.freezing import FreezeDataset
from shoal_qa.usecases.erase import EraseSamples
from shoal_qa.usecases.evaluation.evaluate import Evaluate
from shoal_qa.usecases.review import DecideReview
from shoal_qa.usecases.rules import Rule

pytestmark = pytest.mark.servers
LABELS, CLASSES = "shoal_qa_labels_total", "shoal_qa_class_labels_total"
FIRST_PASS, REVIEWS = "shoal_qa_first_pass_total", "shoal_qa_reviews_total"
ANNOTATIONS, STAGES = "shoal_qa_annotations_total", "shoal_sample_stage_seconds"


async def test_a_label_counts_once_by_campaign_provider_and_class(qa: Qa) -> None:
    growth = Growth(LABELS, CLASSES, ANNOTATIONS)
    votes = [vote(1, "ann", "x"), vote(1, "bob", "x")]
    for _ in range(3):  # delivered again and again
        await qa.jobs([campaign_job(1)])
        await qa.annotations(votes)
    await qa.refit()()
    assert growth.of(LABELS) == {("spam", "crowd", "accepted"): 1}
    assert growth.of(CLASSES) == {("x", "accepted"): 1}
    assert growth.of(ANNOTATIONS) == {("submitted",): 2}


async def test_revisions_and_withdrawals_count_under_the_class_that_changes(qa: Qa) -> None:
    growth = Growth(LABELS, CLASSES, ANNOTATIONS)
    await qa.jobs([campaign_job(1)])
    await qa.annotations([vote(1, "ann", "x"), vote(1, "bob", "x")])
    await qa.annotations([vote(1, "bob", None, 2)])
    await qa.annotations([vote(1, "cy", "x")])
    await qa.annotations([vote(1, "ann", "y", 2), vote(1, "cy", "y", 2)])
    assert growth.of(LABELS) == {
        ("spam", "crowd", "accepted"): 1,
        ("spam", "crowd", "withdrawn"): 1,
        ("spam", "crowd", "revised"): 2,
    }
    assert growth.of(CLASSES) == {
        ("x", "accepted"): 1,
        ("x", "withdrawn"): 1,
        ("x", "revised"): 1,
        ("y", "revised"): 1,
    }
    assert growth.of(ANNOTATIONS) == {("submitted",): 3, ("deleted",): 1, ("updated",): 2}


async def test_rates_of_labels_begin_before_the_first_label(qa: Qa) -> None:
    await qa.jobs([campaign_job(1, "early")])
    await qa.annotations([vote(1, "ann", "x")])
    series = series_of(LABELS)
    assert [series["early", "crowd", state] for state in ("accepted", "revised", "withdrawn")] == [0, 0, 0]


async def test_votes_of_two_providers_and_the_audit(qa: Qa) -> None:
    growth = Growth(LABELS)
    await qa.jobs([campaign_job(1, purpose="audit", campaign=None)])
    await qa.annotations([vote_at("acme", 1, "ann", "x"), vote_at("inhouse", 1, "ann", "x")])
    assert growth.of(LABELS) == {("(audit)", "(several)", "accepted"): 1}


async def test_an_erased_sample_takes_its_label_and_its_review_back(qa: Qa) -> None:
    await PostgresRules(qa.pool).put(
        "news", Rule(model="majority", accept_probability=0.7, max_votes=2), NOON
    )
    growth = Growth(LABELS, CLASSES, REVIEWS, ANNOTATIONS)
    await qa.jobs([campaign_job(1), campaign_job(2, max_votes=2)])
    await qa.annotations([vote(1, "ann", "x"), vote(1, "bob", "x")])
    await qa.annotations([vote(2, "ann", "x"), vote(2, "bob", "y")])
    erased = [SampleErased(project="news", sample_id=f"s{n}", reason="", erased_at=NOON) for n in (1, 2)]
    for _ in range(2):
        await EraseSamples(qa.database, lambda: NOON)(erased)
        await qa.annotations([vote(1, "cy", "x")])  # too late: not stored
    assert growth.of(LABELS) == {("spam", "crowd", "accepted"): 1, ("spam", "", "withdrawn"): 1}
    assert growth.of(CLASSES) == {("x", "accepted"): 1, ("x", "withdrawn"): 1}
    assert growth.of(REVIEWS) == {("spam", "requested"): 1, ("spam", "cancelled"): 1}
    assert growth.of(ANNOTATIONS) == {("submitted",): 4}


class FailingOnce(PostgresDatabase):
    """Transactions of which one fails when it should commit."""

    failures = 0

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Any]:
        async with super().transaction() as tx:
            yield tx
            if self.failures:
                self.failures -= 1
                raise ConnectionError("the server went away")


async def test_a_transaction_that_is_tried_again_counts_once(qa: Qa) -> None:
    database = FailingOnce(qa.pool)
    evaluate = Evaluate(database, lambda: NOON)
    growth = Growth(LABELS, CLASSES, FIRST_PASS, ANNOTATIONS)
    await RecordJobs(database, evaluate, lambda: NOON)([campaign_job(1)])
    record = RecordAnnotations(database, evaluate)
    for failures in (1, 1, 0):  # of the votes, of the evaluation, of none
        database.failures = failures
        try:
            await record([vote(1, "ann", "x"), vote(1, "bob", "x")])
            await record([vote(1, "ann", "x"), vote(1, "bob", "x")])
        except ConnectionError:
            assert growth.of(LABELS) == {}
    assert growth.of(LABELS) == {("spam", "crowd", "accepted"): 1}
    assert growth.of(FIRST_PASS) == {("spam", "accepted"): 1}
    assert growth.of(ANNOTATIONS) == {("submitted",): 2}


@pytest.mark.parametrize(
    ("labels", "rule", "outcome"),
    [
        ("xx", Rule(model="majority", accept_probability=0.7, max_votes=3), "accepted"),
        ("xy", Rule(model="majority", accept_probability=0.7, max_votes=3), "more_votes"),
        ("xy", Rule(model="majority", max_votes=2), "review"),
        ("xy", Rule(model="majority", max_votes=2, exhausted="close"), "closed"),
    ],
)
async def test_the_first_pass_of_a_job_counts_once(qa: Qa, labels: str, rule: Rule, outcome: str) -> None:
    await PostgresRules(qa.pool).put("news", rule, NOON)
    growth = Growth(FIRST_PASS)
    await qa.jobs([campaign_job(1, max_votes=rule.max_votes)])
    await qa.annotations([vote(1, "ann", labels[0])])
    assert growth.of(FIRST_PASS) == {}
    await qa.annotations([vote(1, "bob", labels[1])])
    assert growth.of(FIRST_PASS) == {("spam", outcome): 1}
    await qa.annotations([vote(1, "cy", "x"), vote(1, "dan", "x"), vote(1, "bob", None, 2)])
    await qa.annotations([vote(1, "ann", None, 2), vote(1, "eve", "y")])
    await qa.refit()()
    assert growth.of(FIRST_PASS) == {("spam", outcome): 1}


async def test_an_expert_who_is_first_is_no_first_pass_of_votes(qa: Qa) -> None:
    growth = Growth(FIRST_PASS, LABELS, REVIEWS)
    await qa.jobs([campaign_job(1)])
    await qa.annotations([review(1, "x", 1)])
    assert growth.of(FIRST_PASS) == growth.of(REVIEWS) == {}
    assert growth.of(LABELS) == {("spam", "crowd", "accepted"): 1}


async def test_reviews_are_requested_and_decided_or_cancelled(qa: Qa) -> None:
    await PostgresRules(qa.pool).put(
        "news", Rule(model="majority", accept_probability=0.7, max_votes=2), NOON
    )
    growth = Growth(REVIEWS, LABELS)
    await qa.jobs([campaign_job(n, max_votes=2) for n in range(3)])
    await qa.annotations([vote(n, name, label) for n in range(3) for name, label in ("ax", "by")])
    assert growth.of(REVIEWS) == {("spam", "requested"): 3}
    decide = DecideReview(qa.database, qa.evaluate, lambda: NOON)
    assert [
        await decide("news", "j0", ClassAnswer(label="x"), "boss"),
        await decide("news", "j0", ClassAnswer(label="x"), "boss"),
    ] == [1, 1]
    await qa.annotations([vote(1, "b", "x", 2)])  # now they agree
    assert growth.of(REVIEWS) == {
        ("spam", "requested"): 3,
        ("spam", "decided"): 1,
        ("spam", "cancelled"): 1,
    }
    assert growth.of(LABELS) == {("spam", "crowd", "accepted"): 2}


def stage_growth(growth: Growth) -> dict[tuple[str, ...], float]:
    return growth.of(f"{STAGES}_count")


async def test_a_sample_has_one_first_vote_and_one_acceptance(qa: Qa) -> None:
    growth = Growth(f"{STAGES}_count", f"{STAGES}_sum")
    arrival = NOON - timedelta(minutes=5)
    for _ in range(2):
        await qa.jobs([campaign_job(1, received_at=arrival), campaign_job(2, received_at=arrival)])
        await qa.annotations([vote(1, "ann", "x")])
    assert stage_growth(growth) == {("spam", "first_vote"): 1}
    for _ in range(2):
        await qa.annotations([vote(1, "bob", "x")])
    assert stage_growth(growth) == {("spam", "first_vote"): 1, ("spam", "accepted"): 1}
    await qa.annotations([vote(1, "bob", None, 2), vote(1, "ann", None, 2)])  # withdrawn
    await qa.annotations([vote(1, "cy", "x"), vote(1, "dan", "x")])  # revised
    assert stage_growth(growth) == {("spam", "first_vote"): 1, ("spam", "accepted"): 1}
    assert growth.of(f"{STAGES}_sum") == {("spam", "first_vote"): 300, ("spam", "accepted"): 300}


async def test_votes_that_came_before_their_job_are_observed_when_it_comes(qa: Qa) -> None:
    growth = Growth(f"{STAGES}_count")
    await qa.annotations([vote(1, "ann", "x"), vote(1, "bob", "x")])
    assert stage_growth(growth) == {}
    await qa.jobs([campaign_job(1, received_at=NOON + timedelta(hours=1))])  # ingest's clock is ahead
    assert stage_growth(growth) == {("spam", "first_vote"): 1, ("spam", "accepted"): 1}


async def test_gold_and_jobs_of_earlier_releases_have_no_stage(qa: Qa) -> None:
    growth = Growth(f"{STAGES}_count")
    await qa.jobs([job(1), campaign_job(2, purpose="gold", received_at=NOON)])
    await qa.annotations([vote(n, name, "x") for n in (1, 2) for name in ("ann", "bob")])
    assert stage_growth(growth) == {}


async def test_datasets_count_by_outcome(qa: Qa, tmp_path: Path) -> None:
    growth = Growth("shoal_qa_datasets_total")
    files, registry = FsspecFiles(str(tmp_path)), PostgresRegistry(qa.pool)
    freeze = FreezeDataset(PostgresAccepted(qa.pool), files, registry, lambda: NOON)
    request = DatasetRequest(dataset="topics", splits={"train": 1.0})
    with pytest.raises(Refused):
        await freeze("news", request)
    await qa.jobs([job(1)])
    await qa.annotations([vote(1, "ann", "x"), vote(1, "bob", "x")])
    assert [(await freeze("news", request))[1] for _ in range(2)] == [True, False]
    (tmp_path / "file").write_text("")
    blocked = FreezeDataset(
        PostgresAccepted(qa.pool), FsspecFiles(str(tmp_path / "file")), registry, lambda: NOON
    )
    with pytest.raises(OSError, match="file"):
        await blocked("news", DatasetRequest(dataset="other", splits={"train": 1.0}))
    expected = {("refused",): 1, ("frozen",): 1, ("unchanged",): 1, ("failed",): 1}
    assert growth.of("shoal_qa_datasets_total") == expected


ODD = ('say "ja"', "back\\slash", "two\nlines", "für 日本 🦈", "x" * 128)


async def publish_classes(qa: Qa, project: str, names: tuple[str, ...]) -> None:
    classes = [{"name": name, "definition": "", "examples": []} for name in names]
    schema = {"kind": "single_choice", "classes": classes}
    document = {"title": "", "text": "", "label_schema": schema, "prelabels_allowed": False}
    await PostgresGuidelines(qa.pool).publish(project, document, NOON)
    await PostgresRules(qa.pool).put(
        project, Rule(model="majority", accept_probability=0.02, hysteresis=0), NOON
    )


async def label_all(qa: Qa, project: str, names: tuple[str, ...]) -> None:
    """Give every class one label."""
    of_project = {"project": project}
    jobs = [campaign_job(n, **of_project, job_id=f"{project}-{n}") for n in range(len(names))]
    await qa.jobs(jobs)
    votes = []
    for number, name in enumerate(names):
        for annotator in ("ann", "bob"):
            plain = vote(number, annotator, name)
            event = plain.event.model_copy(update={**of_project, "job_id": f"{project}-{number}"})
            votes.append(type(plain)(event, plain.origin))
    assert await qa.annotations(votes) == []


async def test_odd_names_of_classes_make_a_valid_exposition(qa: Qa) -> None:
    await publish_classes(qa, "odd", ODD)
    await label_all(qa, "odd", ODD)
    text = generate_latest(REGISTRY).decode()
    families = {family.name: family for family in text_string_to_metric_families(text)}
    samples = families["shoal_qa_class_labels"].samples
    shown = {sample.labels["class"] for sample in samples if sample.labels["project"] == "odd"}
    assert shown == set(ODD)


async def test_a_project_with_many_classes_takes_no_series_of_others(qa: Qa) -> None:
    names = tuple(f"class {number}" for number in range(400))
    growth = Growth(CLASSES, project="wide")
    await publish_classes(qa, "wide", names)
    await label_all(qa, "wide", names)
    await qa.jobs([job(1)])
    await qa.annotations([vote(1, "ann", "y"), vote(1, "bob", "y")])
    wide = growth.of(CLASSES)
    assert len(wide) <= 251
    assert wide["(other)", "accepted"] > 100
    assert sum(wide.values()) == 400
    assert ("y", "accepted") in series_of(CLASSES)
