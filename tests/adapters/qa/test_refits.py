"""Refits on a real PostgreSQL: what is learned of the crowd, of gold, and what is kept of it."""

from typing import Any

import pytest

from adapters.qa.qakit import NOON, Qa, fill, job, vote
from shoal.contracts.labels import GuidelineRef
from shoal_qa import metrics
from shoal_qa.adapters.postgres.annotators import PostgresAnnotators
from shoal_qa.adapters.postgres.fits import PostgresFits
from shoal_qa.adapters.postgres.guidelines import PostgresGuidelines, PostgresRules
from shoal_qa.adapters.postgres.quality import PostgresQuality
from shoal_qa.adapters.postgres.transactions.database import PostgresDatabase
from shoal_qa.usecases.evaluation.evaluate import Evaluate
from shoal_qa.usecases.ports import ReceivedAnnotation
from shoal_qa.usecases.rules import Rule

pytestmark = pytest.mark.servers


async def test_a_refit_learns_the_crowd_and_announces_quality(qa: Qa) -> None:
    await qa.jobs([job(number) for number in range(30)])
    for number in range(30):
        right = "xy"[number % 2]
        await qa.annotations(
            [vote(number, "ann", right), vote(number, "bob", right), vote(number, "liar", "y")]
        )
    refit = qa.refit()
    assert await refit() == 1
    assert await refit() == 0
    skills = dict(await qa.rows("SELECT annotator, skill FROM annotators"))
    assert skills["crowd/ann"] > skills["crowd/liar"]
    body = (await qa.rows("SELECT body FROM quality"))[0][0]
    assert body["votes"] == 90
    assert body["labels_accepted"] == 15  # two of three votes do not reach 0.7
    assert body["cost_per_accepted_label"] == pytest.approx(90 * 0.1 / 15)


class CrashingQuality(PostgresQuality):
    """Quality that is never saved."""

    async def save(self, project: str, measured: Any, message: Any) -> None:
        raise ConnectionError("killed here")


class FitsWithBroken(PostgresFits):
    """Fits, and before them one that fails."""

    async def due(self) -> list[tuple[str, int]]:
        return [("broken", 1), *await super().due()]

    async def votes(self, key: tuple[str, int]) -> Any:
        if key[0] == "broken":
            raise ValueError("this project cannot be fitted")
        return await super().votes(key)


async def test_a_refit_that_did_not_end_is_done_again_and_stops_no_other(qa: Qa) -> None:
    await qa.jobs([job(1)])
    await qa.annotations([vote(1, "ann", "x"), vote(1, "bob", "x")])
    assert await qa.refit(quality=CrashingQuality(qa.pool))() == 0
    assert await qa.rows("SELECT count(*) FROM quality") == [(0,)]
    refit = qa.refit(fits=FitsWithBroken(qa.pool))
    assert await refit() == 1  # behind one that fails
    assert await qa.rows("SELECT count(*) FROM quality") == [(1,)]
    assert await refit() == 0


async def test_a_job_that_cannot_be_evaluated_is_set_aside_and_costs_no_other(qa: Qa) -> None:
    await qa.jobs([job(number) for number in range(20)])
    for number in range(20):
        await qa.annotations([vote(number, "ann", "x"), vote(number, "bob", "x")])
    await qa.pool.execute("DELETE FROM labels")
    await qa.pool.execute("UPDATE jobs SET state = 'open', label = NULL, revision = 0")
    too_long = "UPDATE jobs SET sample_id = repeat('s', 300) WHERE job_id = ANY($1::text[])"
    await qa.pool.execute(too_long, ["j7", "j11"])
    set_aside = metrics.JOBS_SET_ASIDE._value.get()
    refit = qa.refit()
    assert await refit() == 1
    assert await refit() == 0
    assert metrics.JOBS_SET_ASIDE._value.get() == set_aside + 2
    labelled = {row[0] for row in await qa.rows("SELECT job_id FROM labels")}
    assert labelled == {f"j{number}" for number in range(20)} - {"j7", "j11"}
    assert await qa.rows("SELECT count(*) FROM quality") == [(1,)]
    await qa.annotations([vote(7, "cat", "x"), vote(8, "cat", "y")])  # a vote for such a job is stored
    assert await qa.rows("SELECT count(*) FROM annotations WHERE job_id = 'j7'") == [(3,)]
    await qa.pool.execute("UPDATE jobs SET sample_id = 's7' WHERE job_id = 'j7'")
    assert await refit() == 1
    assert "j7" in {row[0] for row in await qa.rows("SELECT job_id FROM labels")}


async def test_the_longest_ids_of_annotators_and_annotations_fit_into_a_label(qa: Qa) -> None:
    provider, name = "p" * 128, "https://idp.example/" + "y" * 180
    await qa.jobs([job(1)])
    longest = {"provider": provider, "annotator": name, "annotation_id": "i" * 200}
    event = vote(1, "ann", "x").event.model_copy(update=longest)
    await qa.annotations([ReceivedAnnotation(event, "0/1"), vote(1, "bob", "x")])
    assert await qa.refit()() == 1
    ((label, evidence),) = await qa.rows("SELECT label, evidence FROM labels WHERE job_id = 'j1'")
    assert label == "x"
    assert f"{provider}/{name}" in evidence["annotators"]
    published = await qa.rows("SELECT count(*) FROM outbox WHERE topic = 'labels.accepted'")
    assert published == [(1,)]


async def test_odd_values_of_earlier_votes_do_not_stop_a_refit(qa: Qa) -> None:
    await qa.jobs([job(number) for number in range(12)])
    for number in range(12):
        await qa.annotations([vote(number, "ann", "x"), vote(number, "bob", "x")])
    for number, (column, value) in enumerate(
        [("duration_s", "0"), ("duration_s", "1e300"), ("duration_s", "5e-324"), ("duration_s", "-1")]
    ):
        await qa.pool.execute(
            "UPDATE annotations SET event = jsonb_set(event, ARRAY[$2], $3::text::jsonb) WHERE job_id = $1",
            f"j{number}",
            column,
            value,
        )
    await qa.pool.execute("UPDATE annotations SET price = 1e308 WHERE job_id IN ('j4', 'j5')")
    await qa.pool.execute("UPDATE annotations SET submitted_at = '0001-01-02' WHERE job_id = 'j6'")
    await qa.pool.execute("UPDATE annotations SET submitted_at = '9999-12-31' WHERE job_id = 'j7'")
    await qa.pool.execute("UPDATE annotations SET annotator = repeat('y', 200) WHERE job_id = 'j8'")
    assert await qa.refit()() == 1
    assert await qa.rows("SELECT count(*) FROM quality") == [(1,)]


async def test_corrected_gold_is_learned(qa: Qa) -> None:
    await qa.jobs([job(n).model_copy(update={"purpose": "gold"}) for n in range(6)])
    await qa.annotations([vote(n, "ann", "x") for n in range(6)])
    rows = [(f"s{n}", "y", f"j{n}") for n in range(6)]
    refit = qa.refit()
    for label, right in (("y", 0), ("x", 6)):
        async with qa.database.transaction() as tx:
            await tx.gold.add("news", [(sample, label, job_id, None) for sample, _, job_id in rows], NOON)
        assert await refit() == 1
        assert await qa.rows("SELECT gold_right, gold_answered FROM annotators") == [(right, 6)]
    assert await refit() == 0


async def test_who_failed_gold_stays_blocked_under_a_new_guideline(qa: Qa) -> None:
    await qa.jobs([job(n).model_copy(update={"purpose": "gold"}) for n in range(12)])
    await qa.annotations([vote(n, "liar", "x") for n in range(12)])
    async with qa.database.transaction() as tx:
        await tx.gold.add("news", [(f"s{n}", "y", f"j{n}", None) for n in range(12)], NOON)
    refit = qa.refit()
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
    await qa.annotations(
        [ReceivedAnnotation(each.model_copy(update={"guideline": newer}), "0/1") for each in events]
    )
    await refit()
    assert dict(await qa.rows(states))["crowd/liar"] == "blocked"


async def test_a_warning_is_kept_until_it_is_clearly_over(qa: Qa) -> None:
    refit = qa.refit()
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
    standing = (await PostgresAnnotators(qa.pool).standings("news"))["crowd/liner"]
    assert standing.state == "probation"
    assert "straight-lining" in standing.alarms
    right = [vote(n, "liner", "yx"[n % 2], 2) for n in range(80)]  # everything is corrected
    await qa.annotations(right)
    await refit()
    assert await qa.rows("SELECT alarms FROM annotators WHERE annotator = 'crowd/liner'") == [([],)]


async def test_a_kept_pool_is_what_jobs_are_judged_by_in_another_process(qa: Qa) -> None:
    await PostgresRules(qa.pool).put("news", Rule(accept_probability=0.6, max_votes=3), NOON)
    await fill(qa, range(30))
    await qa.refit()()
    method = "SELECT DISTINCT evidence ->> 'method' FROM labels l JOIN jobs j USING (job_id, revision)"
    other = PostgresDatabase(qa.pool)  # with nothing in memory
    async with other.transaction() as tx:
        fit = await tx.projects.fit(("news", 1))
    assert fit is not None
    assert fit.fitted.name == "auto"
    assert fit.crowd is not None
    assert await Evaluate(other, lambda: NOON)([f"j{n}" for n in range(30)]) == 0
    await qa.pool.execute("DELETE FROM labels")
    await qa.pool.execute("UPDATE jobs SET state = 'open', label = NULL, revision = 0")
    assert await Evaluate(other, lambda: NOON)([f"j{n}" for n in range(30)]) > 20
    assert await qa.rows(method) == [("auto",)]


async def test_two_votes_that_differ_lead_to_the_third_where_a_review_costs_more(qa: Qa) -> None:
    """Nine of ten votes are right: a third one settles most jobs, at a fifth of a review's price."""
    rules, rule = PostgresRules(qa.pool), Rule(accept_probability=0.7, max_votes=3)
    await rules.put("news", rule, NOON)
    await fill(qa, range(60))
    refit = qa.refit()
    await refit()
    await qa.jobs([job(100), job(101)])
    await qa.annotations([vote(100, "a0", "x"), vote(100, "a1", "y")])
    one = "SELECT state, wanted FROM jobs WHERE job_id = 'j{}'"
    assert await qa.rows(one.format(100)) == [("open", 3)]
    await qa.annotations([vote(100, "a2", "y")])
    assert await qa.rows(one.format(100)) == [("accepted", 3)]

    await rules.put("news", rule.model_copy(update={"review_price": 0.5}), NOON)
    await qa.annotations([vote(101, "a0", "x"), vote(101, "a1", "y")])
    assert await qa.rows(one.format(101)) == [("review", 2)]
