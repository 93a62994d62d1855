"""Reviews, blocked annotators and surplus votes on a real PostgreSQL."""

from dataclasses import replace
from datetime import timedelta

import pytest

from adapters.qa.qakit import LABELS, NOON, Qa, fill, job, review, vote
from shoal.contracts.labels import ClassAnswer, SkipAnswer, VotesRequested
from shoal.runtime.refusal import Refused
from shoal_qa.adapters.postgres.guidelines import PostgresRules
from shoal_qa.adapters.postgres.reports import PostgresReports
from shoal_qa.usecases.review import DecideReview
from shoal_qa.usecases.rules import Rule

pytestmark = pytest.mark.servers


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
    assert await decide("news", "j1", ClassAnswer(label="y"), "dr. who") == 2
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


async def test_a_request_for_a_review_carries_the_measured_skill_of_its_voters(qa: Qa) -> None:
    await PostgresRules(qa.pool).put(
        "news", Rule(model="majority", accept_probability=0.9, max_votes=2), NOON
    )
    await fill(qa, range(1, 20))
    await qa.refit()()
    measured = dict(await qa.rows("SELECT annotator, skill FROM annotators"))
    await qa.jobs([job(50)])
    await qa.annotations([vote(50, "a1", "x"), vote(50, "a2", "y"), vote(50, "new", None)])
    requests = await qa.rows(
        "SELECT value FROM outbox WHERE topic = 'votes.requested' AND key = 'j50' ORDER BY seq"
    )
    (event,) = [VotesRequested.model_validate_json(value) for (value,) in requests]
    assert event.action == "review"
    assert event.skills == {name: pytest.approx(measured[name]) for name in ("crowd/a1", "crowd/a2")}
    others = await qa.rows("SELECT value FROM outbox WHERE topic = 'votes.requested' AND key <> 'j50'")
    for (value,) in others:
        other = VotesRequested.model_validate_json(value)
        assert other.action == "review" or not other.skills


async def test_a_gold_item_is_not_reviewed(qa: Qa) -> None:
    await qa.jobs([job(1).model_copy(update={"purpose": "gold"})])
    with pytest.raises(Refused) as refused:
        await DecideReview(qa.database, qa.evaluate, lambda: NOON)(
            "news", "j1", ClassAnswer(label="x"), "dr. who"
        )
    assert refused.value.kind == "conflict"
    assert await qa.rows(LABELS) == []


async def test_a_review_is_requested_with_the_posterior_and_other_requests_without(qa: Qa) -> None:
    rule = Rule(model="majority", accept_probability=0.95, min_votes=2, max_votes=2, exhausted="review")
    await qa.pool.execute("UPDATE rules SET body = $1 WHERE project = 'news'", rule.model_dump(mode="json"))
    await qa.jobs([job(1)])
    await qa.annotations([vote(1, "ann", "x"), vote(1, "bob", "y")])
    values = await qa.rows("SELECT value FROM outbox WHERE topic = 'votes.requested'")
    (event,) = [VotesRequested.model_validate_json(value[0]) for value in values]
    assert event.action == "review"
    assert event.posterior.keys() == {"x", "y"}
    assert sum(event.posterior.values()) == pytest.approx(1.0, abs=1e-4)


async def test_a_skip_s_reason_is_reported(qa: Qa) -> None:
    await qa.jobs([job(1)])
    skipped = vote(1, "ann", None)
    answer = SkipAnswer(code="unclear_rule", reason="which grain?")
    event = skipped.event.model_copy(update={"action": "skipped", "answer": answer})
    await qa.annotations([replace(skipped, event=event), vote(1, "bob", "x")])
    reports = PostgresReports(qa.pool)
    for rows in (await reports.votes("news", ["j1"]), await reports.annotations("news", 0, 10)):
        reasons = {row["annotator"]: (row["label"], row["skip_code"], row["skip_reason"]) for row in rows}
        assert reasons == {"ann": (None, "unclear_rule", "which grain?"), "bob": ("x", None, "")}
