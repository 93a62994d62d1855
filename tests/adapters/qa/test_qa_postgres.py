"""qa's use cases on a real PostgreSQL: replays, late jobs, revisions, erasure, parked annotations."""

import asyncio
import math
import random
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from prometheus_client import REGISTRY

from shoal.contracts.labels import AnnotationSubmitted, ClassAnswer, GuidelineRef, LabelingJob
from shoal.contracts.samples import Content, SampleErased
from shoal.persistence import migrate, open_pool
from shoal_qa.adapters.database import PostgresDatabase
from shoal_qa.adapters.fits import PostgresFits
from shoal_qa.adapters.guidelines import PostgresGuidelines, PostgresRules
from shoal_qa.usecases.erase import EraseSamples
from shoal_qa.usecases.errors import Refused
from shoal_qa.usecases.evaluate import Evaluate
from shoal_qa.usecases.expire import ExpireParked
from shoal_qa.usecases.ports import Arrived
from shoal_qa.usecases.record import RecordAnnotations, RecordJobs
from shoal_qa.usecases.refit import Refit
from shoal_qa.usecases.review import DecideReview
from shoal_qa.usecases.rules import Rule

pytestmark = pytest.mark.kafka
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
REF = GuidelineRef(major=1, minor=0)


@dataclass
class Qa:
    pool: Any
    jobs: RecordJobs
    annotations: RecordAnnotations
    database: PostgresDatabase
    evaluate: Evaluate

    async def rows(self, sql: str) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in await self.pool.fetch(sql)]


@pytest.fixture
async def qa(postgres_dsn: str) -> AsyncIterator[Qa]:
    await migrate(postgres_dsn, schema="qa", package="shoal_qa", outbox=True)
    pool = await open_pool(postgres_dsn, "qa")
    classes = [{"name": name, "definition": "", "examples": []} for name in ("x", "y")]
    document = {
        "title": "",
        "text": "",
        "label_schema": {"kind": "single_choice", "classes": classes},
        "prelabels_allowed": False,
    }
    await PostgresGuidelines(pool).publish("news", document, NOON)
    rule = Rule(model="majority", accept_probability=0.7, max_votes=3, exhausted="close")
    await PostgresRules(pool).put("news", rule, NOON)
    database = PostgresDatabase(pool)
    evaluate = Evaluate(database, lambda: NOON)
    yield Qa(pool, RecordJobs(database, evaluate), RecordAnnotations(database, evaluate), database, evaluate)
    await pool.close()


def job(number: int) -> LabelingJob:
    return LabelingJob(
        project="news",
        job_id=f"j{number}",
        sample_id=f"s{number}",
        purpose="label",
        guideline=REF,
        content=Content(text=f"text {number}"),
        votes=2,
        max_votes=3,
        requested_at=NOON,
    )


def vote(number: int, annotator: str, label: str | None, revision: int = 1) -> Arrived:
    event = AnnotationSubmitted(
        project="news",
        job_id=f"j{number}",
        sample_id=f"s{number}",
        task_id=f"t{number}",
        provider="crowd",
        annotator=annotator,
        annotation_id=f"{annotator}-{number}",
        revision=revision,
        action="deleted" if label is None else "submitted" if revision == 1 else "updated",
        answer=None if label is None else ClassAnswer(label=label),
        purpose="label",
        guideline=REF,
        price=0.1,
        submitted_at=NOON + timedelta(seconds=revision),
    )
    return Arrived(event, f"0/{number}")


LABELS = "SELECT job_id, revision, state, label FROM labels ORDER BY 1, 2"
STATES = "SELECT job_id, state, label, wanted, round FROM jobs ORDER BY 1"


async def test_two_that_agree_are_enough(qa: Qa) -> None:
    await qa.jobs([job(1)])
    await qa.annotations([vote(1, "ann", "x")])
    assert await qa.rows(LABELS) == []
    await qa.annotations([vote(1, "bob", "x")])
    assert await qa.rows(LABELS) == [("j1", 1, "accepted", "x")]


@pytest.mark.parametrize("seed", range(6))
async def test_order_repetition_and_splits_do_not_matter(qa: Qa, seed: int) -> None:
    chance = random.Random(seed)
    events: list[Any] = [job(1), job(2), job(3)]
    events += [vote(1, "ann", "x"), vote(1, "bob", "x"), vote(2, "ann", "y"), vote(2, "bob", "x")]
    events += [vote(2, "bob", "y", 2), vote(3, "ann", "x"), vote(3, "ann", None, 2)]
    events += chance.sample(events, 6)  # delivered twice
    chance.shuffle(events)
    for event in events:
        if isinstance(event, LabelingJob):
            await qa.jobs([event])
        else:
            await qa.annotations([event])
    final = [(row[0], row[1], row[2]) for row in await qa.rows(STATES)]
    assert final == [("j1", "accepted", "x"), ("j2", "accepted", "y"), ("j3", "open", None)]
    assert await qa.rows("SELECT count(*) FROM annotations") == [(7,)]
    assert await qa.rows("SELECT max(wanted) FROM jobs") <= [(3,)]


async def test_a_second_look_changes_nothing(qa: Qa) -> None:
    await qa.jobs([job(1), job(2)])
    await qa.annotations([vote(1, "ann", "x"), vote(1, "bob", "y"), vote(2, "ann", "x"), vote(2, "bob", "x")])
    before = await qa.rows(STATES), await qa.rows(LABELS), await qa.rows("SELECT count(*) FROM outbox")
    assert await qa.evaluate(["j1", "j2"]) == 0
    assert (
        await qa.rows(STATES),
        await qa.rows(LABELS),
        await qa.rows("SELECT count(*) FROM outbox"),
    ) == before


async def test_an_edit_after_acceptance_is_never_silent(qa: Qa) -> None:
    await qa.jobs([job(1)])
    await qa.annotations([vote(1, "ann", "x"), vote(1, "bob", "x")])
    await qa.annotations([vote(1, "bob", None, 2)])
    assert await qa.rows(LABELS) == [("j1", 1, "accepted", "x"), ("j1", 2, "withdrawn", None)]
    await qa.annotations([vote(1, "cy", "x")])
    assert (await qa.rows(LABELS))[-1] == ("j1", 3, "revised", "x")


async def test_an_unknown_label_and_an_unknown_guideline(qa: Qa) -> None:
    strange = vote(2, "ann", "x").event.model_copy(update={"guideline": GuidelineRef(major=9, minor=0)})
    refused = await qa.annotations([vote(1, "ann", "zebra"), Arrived(strange, "0/1"), vote(3, "ann", "x")])
    assert [(each.index, each.reason) for each in refused] == [(0, "unknown_label"), (1, "unknown_guideline")]
    assert "answer.label" in refused[0].detail
    assert await qa.rows("SELECT job_id FROM annotations") == [("j3",)]


async def test_an_annotation_whose_job_never_comes_is_a_dead_letter(qa: Qa) -> None:
    await qa.jobs([job(2)])
    await qa.annotations([vote(1, "ann", "x"), vote(2, "ann", "x")])
    now = datetime.now(UTC)
    assert await ExpireParked(qa.database, timedelta(hours=1), lambda: now)() == 0
    assert await ExpireParked(qa.database, timedelta(hours=1), lambda: now + timedelta(hours=2))() == 1
    assert await qa.rows("SELECT job_id FROM annotations") == [("j2",)]
    row = await qa.pool.fetchrow("SELECT * FROM outbox WHERE topic = 'labels.submitted.qa.dlq'")
    headers = dict(zip(row["header_names"], row["headers"], strict=True))
    assert headers["shoal_dlq_reason"] == b"unknown_job"
    assert b"job_id" in headers["shoal_dlq_detail"]


async def test_erasure_withdraws_the_label_and_keeps_the_sample_out(qa: Qa) -> None:
    await qa.jobs([job(1)])
    await qa.annotations([vote(1, "ann", "x"), vote(1, "bob", "x")])
    erase = EraseSamples(qa.database, lambda: NOON)
    event = SampleErased(project="news", sample_id="s1", reason="asked", erased_at=NOON)
    await erase([event])
    await erase([event])
    assert (await qa.rows(LABELS))[-1] == ("j1", 2, "withdrawn", None)
    await qa.annotations([vote(1, "cy", "x")])
    await qa.jobs([job(1)])
    assert await qa.rows("SELECT state, content FROM jobs") == [("erased", None)]
    assert await qa.rows("SELECT count(*) FROM annotations") == [(0,)]


async def test_a_refit_learns_the_crowd_and_announces_quality(qa: Qa) -> None:
    await qa.jobs([job(number) for number in range(30)])
    for number in range(30):
        right = "xy"[number % 2]
        await qa.annotations(
            [vote(number, "ann", right), vote(number, "bob", right), vote(number, "liar", "y")]
        )
    refit = Refit(qa.database, PostgresFits(qa.pool), qa.evaluate, lambda: NOON)
    assert await refit() == 1
    assert await refit() == 0
    skills = dict(await qa.rows("SELECT annotator, skill FROM annotators"))
    assert skills["crowd/ann"] > skills["crowd/liar"]
    body = (await qa.rows("SELECT body FROM quality"))[0][0]
    assert body["votes"] == 90
    assert body["labels_accepted"] == 15  # two of three votes do not reach 0.7
    assert body["cost_per_accepted_label"] == pytest.approx(90 * 0.1 / 15)


def review(number: int, label: str | None, second: int, revision: int = 1) -> Arrived:
    """Return a review of the gateway's review queue."""
    plain = vote(number, "boss", label, revision).event
    moment = NOON + timedelta(seconds=second)
    return Arrived(plain.model_copy(update={"purpose": "review", "submitted_at": moment}), "0/9")


async def test_more_votes_than_were_wanted_break_nothing(qa: Qa) -> None:
    await qa.jobs([job(1)])
    await qa.annotations([vote(1, name, label) for name, label in zip("abcd", "xyxy", strict=True)])
    ((state, wanted, most),) = await qa.rows("SELECT state, wanted, most FROM jobs")
    assert (state, wanted, most) == ("closed", 3, 3)


async def test_a_blocked_annotator_s_vote_is_replaced(qa: Qa) -> None:
    await qa.pool.execute(
        "INSERT INTO annotators VALUES ('news', 'crowd/liar', 'blocked', 9, 0.1, 0, 0.2, 0, 9)"
    )
    await qa.jobs([job(1)])
    await qa.annotations([vote(1, "ann", "x"), vote(1, "liar", "y")])
    assert await qa.rows("SELECT state, wanted FROM jobs") == [("open", 3)]
    await qa.annotations([vote(1, "bob", "x")])
    assert await qa.rows(LABELS) == [("j1", 1, "accepted", "x")]


async def test_the_latest_review_decides_however_they_come(qa: Qa) -> None:
    decide = DecideReview(qa.database, qa.evaluate, lambda: NOON + timedelta(hours=1))
    await qa.jobs([job(1)])
    await qa.annotations([review(1, "x", 1)])
    assert await decide("news", "j1", "y", "dr. who") == 2
    await qa.annotations([review(1, "x", 1)])  # delivered again
    assert (await qa.rows(LABELS))[-1] == ("j1", 2, "revised", "y")
    requests = "SELECT count(*) FROM outbox WHERE topic = 'votes.requested'"
    assert await qa.rows(requests) == [(1,)]  # what was outstanding is cancelled, once


@pytest.mark.parametrize("deleted_first", [True, False])
async def test_a_review_that_is_taken_back_decides_nothing(qa: Qa, deleted_first: bool) -> None:
    given, gone = review(1, "y", 1), review(1, None, 2, revision=2)
    await qa.jobs([job(1)])
    for each in (gone, given) if deleted_first else (given, gone):
        await qa.annotations([each])
    assert await qa.rows("SELECT state, label, decided FROM jobs") == [("open", None, False)]
    await qa.annotations([vote(1, "ann", "x"), vote(1, "bob", "x")])
    assert (await qa.rows(LABELS))[-1][2:] in {("accepted", "x"), ("revised", "x")}


async def test_a_gold_item_is_not_reviewed(qa: Qa) -> None:
    await qa.jobs([job(1).model_copy(update={"purpose": "gold"})])
    with pytest.raises(Refused) as refused:
        await DecideReview(qa.database, qa.evaluate, lambda: NOON)("news", "j1", "x", "dr. who")
    assert refused.value.kind == "conflict"
    assert await qa.rows(LABELS) == []


async def test_an_annotation_under_another_guideline_than_its_job(qa: Qa) -> None:
    classes = [{"name": name, "definition": "", "examples": []} for name in ("x", "z")]
    schema = {"kind": "single_choice", "classes": classes}
    document = {"title": "", "text": "", "label_schema": schema, "prelabels_allowed": False}
    await PostgresGuidelines(qa.pool).publish("news", document, NOON)
    await qa.jobs([job(1)])
    other = GuidelineRef(major=2, minor=0)
    strange = [vote(n, "ann", "z").event.model_copy(update={"guideline": other}) for n in (1, 2)]
    (refused,) = await qa.annotations([Arrived(event, "0/1") for event in strange])
    assert (refused.index, refused.reason) == (0, "wrong_guideline")
    await qa.jobs([job(2)])  # its annotation came first, so nobody could tell
    assert await qa.rows("SELECT state FROM jobs") == [("open",), ("open",)]


class Crashing(PostgresFits):
    """Fits that fail for some projects, or at some step."""

    step = "keep_quality"

    async def keep_quality(self, project: str, body: Any, message: Any) -> None:
        if self.step == "keep_quality":
            raise ConnectionError("killed here")
        await super().keep_quality(project, body, message)

    async def due(self) -> list[tuple[str, int]]:
        return [*([("broken", 1)] if self.step == "none" else []), *await super().due()]

    async def votes(self, key: tuple[str, int]) -> Any:
        if key[0] == "broken":
            raise ValueError("this project cannot be fitted")
        return await super().votes(key)


async def test_a_refit_that_did_not_end_is_done_again_and_stops_no_other(qa: Qa) -> None:
    await qa.jobs([job(1)])
    await qa.annotations([vote(1, "ann", "x"), vote(1, "bob", "x")])
    fits = Crashing(qa.pool)
    refit = Refit(qa.database, fits, qa.evaluate, lambda: NOON)
    assert await refit() == 0
    assert await qa.rows("SELECT count(*) FROM quality") == [(0,)]
    fits.step = "none"
    assert await refit() == 1  # behind one that fails
    assert await qa.rows("SELECT count(*) FROM quality") == [(1,)]
    assert await refit() == 0


async def test_corrected_gold_is_learned(qa: Qa) -> None:
    await qa.jobs([job(n).model_copy(update={"purpose": "gold"}) for n in range(6)])
    await qa.annotations([vote(n, "ann", "x") for n in range(6)])
    rows = [(f"s{n}", "y", f"j{n}") for n in range(6)]
    refit = Refit(qa.database, PostgresFits(qa.pool), qa.evaluate, lambda: NOON)
    for label, right in (("y", 0), ("x", 6)):
        async with qa.database.transaction() as tx:
            await tx.add_gold("news", [(sample, label, job_id) for sample, _, job_id in rows], NOON)
        assert await refit() == 1
        assert await qa.rows("SELECT gold_right, gold_answered FROM annotators") == [(right, 6)]
    assert await refit() == 0


async def test_who_failed_gold_stays_blocked_under_a_new_guideline(qa: Qa) -> None:
    await qa.jobs([job(n).model_copy(update={"purpose": "gold"}) for n in range(12)])
    await qa.annotations([vote(n, "liar", "x") for n in range(12)])
    async with qa.database.transaction() as tx:
        await tx.add_gold("news", [(f"s{n}", "y", f"j{n}") for n in range(12)], NOON)
    refit = Refit(qa.database, PostgresFits(qa.pool), qa.evaluate, lambda: NOON)
    await refit()
    states = "SELECT annotator, state FROM annotators ORDER BY 1"
    assert await qa.rows(states) == [("crowd/liar", "blocked")]
    classes = [{"name": name, "definition": "", "examples": []} for name in ("x", "y", "z")]
    schema = {"kind": "single_choice", "classes": classes}
    document = {"title": "", "text": "", "label_schema": schema, "prelabels_allowed": False}
    await PostgresGuidelines(qa.pool).publish("news", document, NOON)
    newer = GuidelineRef(major=2, minor=0)
    await qa.jobs([job(n).model_copy(update={"guideline": newer}) for n in range(20, 35)])
    events = [vote(n, who, "x").event for n in range(20, 35) for who in ("liar", "ann")]
    await qa.annotations([Arrived(each.model_copy(update={"guideline": newer}), "0/1") for each in events])
    await refit()
    assert dict(await qa.rows(states))["crowd/liar"] == "blocked"


async def test_an_erasure_beside_an_uncommitted_job_forgets_its_text(qa: Qa) -> None:
    erase = EraseSamples(qa.database, lambda: NOON)
    event = SampleErased(project="news", sample_id="s1", reason="asked", erased_at=NOON)
    async with qa.database.transaction() as tx:
        await tx.lock_projects(["news"])
        await tx.add_jobs([job(1)])
        erasing = asyncio.create_task(erase([event]))
        await asyncio.sleep(0.3)
        assert not erasing.done()
    await erasing
    assert await qa.rows("SELECT state, content FROM jobs") == [("erased", None)]


async def test_a_reader_of_labels_skips_none_that_commits_late(qa: Qa) -> None:
    await qa.jobs([job(1), job(2)])
    async with qa.database.transaction() as tx:
        jobs = await tx.lock_jobs(["j1"])
        await tx.add_annotations([vote(1, "ann", "x"), vote(1, "bob", "x")])
        await qa.evaluate.within(tx, jobs)
        late = asyncio.create_task(qa.annotations([vote(2, "ann", "x"), vote(2, "bob", "x")]))
        await asyncio.sleep(0.3)
        assert await qa.rows("SELECT seq FROM labels") == []  # the later one waits for the earlier number
    await late
    assert [row[0] for row in await qa.rows("SELECT job_id FROM labels ORDER BY seq")] == ["j1", "j2"]


async def fill(qa: Qa, numbers: range, wrong: int = 0, purpose: str = "label") -> None:
    """Take in jobs with three votes each; every `wrong`-th job has two votes for the other label."""
    await qa.jobs([job(n).model_copy(update={"purpose": purpose}) for n in numbers])
    votes = []
    for n in numbers:
        right, other = ("x", "y") if n % 2 else ("y", "x")
        bad = wrong and n % wrong == 0
        given = (other, other, right) if bad else (right, right, right if n % 5 else other)
        who = [f"a{(n + k) % 7}" for k in range(3)]
        votes += [vote(n, name, label) for name, label in zip(who, given, strict=True)]
    await qa.annotations(votes)


async def add_gold(qa: Qa, numbers: range, fooled: bool = False) -> None:
    rows = [(f"s{n}", "xy"[(n + 1 + fooled) % 2], f"j{n}") for n in numbers]
    async with qa.database.transaction() as tx:
        await tx.add_gold("news", rows, NOON)


def gauge(name: str) -> float:
    """Return what Prometheus would be told."""
    value = REGISTRY.get_sample_value(f"shoal_qa_{name}", {"project": "news"})
    assert value is not None
    return value


async def test_a_target_accepts_nothing_before_gold_vouches_for_it(qa: Qa) -> None:
    rule = Rule(target_precision=0.9, max_votes=3, exhausted="review")
    await PostgresRules(qa.pool).put("news", rule, NOON)
    refit = Refit(qa.database, PostgresFits(qa.pool), qa.evaluate, lambda: NOON)
    await fill(qa, range(40))
    assert await refit() == 1
    assert await qa.rows("SELECT DISTINCT state, wanted FROM jobs") == [("review", 3)]
    measured = (await qa.rows("SELECT body FROM quality"))[0][0]["certificate"]
    assert (measured["threshold"], measured["gold"], measured["coverage"]) == (None, 0, 0.0)
    assert math.isnan(gauge("certified_threshold_probability"))
    needed = measured["more_gold"]
    assert gauge("more_gold_items") == needed
    assert 20 < needed < 200

    await fill(qa, range(100, 100 + needed), purpose="gold")
    await add_gold(qa, range(100, 100 + needed))
    assert await refit() == 1
    measured = (await qa.rows("SELECT body FROM quality"))[0][0]["certificate"]
    assert measured["threshold"] is not None
    assert measured["bound"] >= 0.9
    assert gauge("certified_threshold_probability") == measured["threshold"]
    assert gauge("certified_precision_ratio") == measured["bound"]
    assert gauge("certified_coverage_ratio") == measured["coverage"]
    assert gauge("certifying_gold_items") == measured["gold"] == needed
    accepted = await qa.rows("SELECT job_id, label FROM jobs WHERE state = 'accepted'")
    assert len(accepted) == pytest.approx(40 * measured["coverage"])
    assert all(label == "yx"[int(name[1:]) % 2] for name, label in accepted)
    assert await refit() == 0

    await add_gold(qa, range(100, 100 + needed // 2), fooled=True)  # it was wrong about the crowd
    assert await refit() == 1
    assert await qa.rows("SELECT count(*) FROM jobs WHERE state = 'accepted'") == [(0,)]
    withdrawn = "SELECT count(*) FROM labels WHERE state = 'withdrawn'"
    assert await qa.rows(withdrawn) == [(len(accepted),)]


async def test_a_rule_that_asks_for_more_does_not_go_by_what_was_promised_before(qa: Qa) -> None:
    rules = PostgresRules(qa.pool)
    await rules.put("news", Rule(target_precision=0.8, max_votes=3), NOON)
    refit = Refit(qa.database, PostgresFits(qa.pool), qa.evaluate, lambda: NOON)
    await fill(qa, range(10))
    await fill(qa, range(100, 160), purpose="gold")
    await add_gold(qa, range(100, 160))
    await refit()
    accepted = "SELECT count(*) FROM jobs WHERE state = 'accepted'"
    assert (await qa.rows(accepted))[0][0] > 0
    await rules.put("news", Rule(target_precision=0.99, max_votes=3), NOON)
    await qa.evaluate([f"j{n}" for n in range(10)])  # before the next fit
    assert await qa.rows(accepted) == [(0,)]


async def test_a_warning_is_kept_until_it_is_clearly_over(qa: Qa) -> None:
    refit = Refit(qa.database, PostgresFits(qa.pool), qa.evaluate, lambda: NOON)
    await fill(qa, range(80))
    await qa.annotations([vote(n, "liner", "x") for n in range(80)])
    await refit()
    rows = dict(await qa.rows("SELECT annotator, alarms FROM annotators"))
    assert "straight-lining" in rows.pop("crowd/liner")
    assert not any(rows.values())
    body = (await qa.rows("SELECT body FROM quality"))[0][0]
    shown = {each["annotator"]: (each["state"], each["warnings"]) for each in body["annotators"]}
    assert shown["liner"][0] == "probation"
    assert "straight-lining" in shown["liner"][1]
    standing = (await PostgresFits(qa.pool).standings("news"))["crowd/liner"]
    assert standing.state == "probation"
    assert "straight-lining" in standing.alarms
    right = [vote(n, "liner", "yx"[n % 2], 2) for n in range(80)]  # everything is corrected
    await qa.annotations(right)
    await refit()
    assert await qa.rows("SELECT alarms FROM annotators WHERE annotator = 'crowd/liner'") == [([],)]


async def test_seconds_of_the_events_are_what_haste_is_measured_by(qa: Qa) -> None:
    await qa.jobs([job(1)])
    timed = vote(1, "ann", "x").event.model_copy(update={"duration_s": 2.5})
    await qa.annotations([Arrived(timed, "0/1"), vote(1, "bob", "x")])
    given = (await PostgresFits(qa.pool).votes(("news", 1))).given
    assert sorted(zip(given.triples, given.seconds, strict=True)) == [
        (("j1", "crowd/ann", "x"), 2.5),
        (("j1", "crowd/bob", "x"), None),
    ]


async def test_a_kept_pool_is_what_jobs_are_judged_by_in_another_process(qa: Qa) -> None:
    await PostgresRules(qa.pool).put("news", Rule(accept_probability=0.6, max_votes=3), NOON)
    await fill(qa, range(30))
    await Refit(qa.database, PostgresFits(qa.pool), qa.evaluate, lambda: NOON)()
    method = "SELECT DISTINCT evidence ->> 'method' FROM labels l JOIN jobs j USING (job_id, revision)"
    other = PostgresDatabase(qa.pool)  # with nothing in memory
    async with other.transaction() as tx:
        fit = await tx.fit(("news", 1))
    assert fit is not None
    assert fit.fitted.name == "auto"
    assert fit.knows_the_crowd
    assert await Evaluate(other, lambda: NOON)([f"j{n}" for n in range(30)]) == 0
    await qa.pool.execute("DELETE FROM labels")
    await qa.pool.execute("UPDATE jobs SET state = 'open', label = NULL, revision = 0")
    assert await Evaluate(other, lambda: NOON)([f"j{n}" for n in range(30)]) > 20
    assert await qa.rows(method) == [("auto",)]
