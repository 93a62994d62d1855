"""Rules with a target precision on a real PostgreSQL: nothing is accepted before gold vouches for it."""

import pytest
from prometheus_client import REGISTRY

from adapters.qa.qakit import NOON, Qa, add_gold, fill
from shoal_qa.adapters.postgres.guidelines import PostgresRules
from shoal_qa.usecases.rules import Rule

pytestmark = pytest.mark.servers


def gauge(name: str) -> float | None:
    """Return what Prometheus would be told."""
    return REGISTRY.get_sample_value(f"shoal_qa_{name}", {"project": "news"})


async def test_a_target_accepts_nothing_before_gold_vouches_for_it(qa: Qa) -> None:
    rule = Rule(target_precision=0.9, max_votes=3, exhausted="review")
    await PostgresRules(qa.pool).put("news", rule, NOON)
    refit = qa.refit()
    await fill(qa, range(40))
    assert await refit() == 1
    assert await qa.rows("SELECT DISTINCT state, wanted FROM jobs") == [("review", 3)]
    measured = (await qa.rows("SELECT body FROM quality"))[0][0]["certificate"]
    assert (measured["threshold"], measured["gold"], measured["coverage"]) == (None, 0, 0.0)
    await qa.measure()
    assert (gauge("certificate_valid"), gauge("certified_threshold_probability")) == (0, None)
    needed = measured["more_gold"]
    assert gauge("more_gold_items") == needed
    assert 20 < needed < 200

    await fill(qa, range(100, 100 + needed), purpose="gold")
    await add_gold(qa, range(100, 100 + needed))
    assert await refit() == 1
    measured = (await qa.rows("SELECT body FROM quality"))[0][0]["certificate"]
    assert measured["threshold"] is not None
    assert measured["bound"] >= 0.9
    await qa.measure()
    assert gauge("certificate_valid") == 1
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
    await qa.measure()
    assert (gauge("certificate_valid"), gauge("certified_precision_ratio")) == (0, None)
    withdrawn = "SELECT count(*) FROM labels WHERE state = 'withdrawn'"
    assert await qa.rows(withdrawn) == [(len(accepted),)]


async def test_a_rule_that_asks_for_more_does_not_go_by_what_was_promised_before(qa: Qa) -> None:
    rules = PostgresRules(qa.pool)
    await rules.put("news", Rule(target_precision=0.8, max_votes=3), NOON)
    refit = qa.refit()
    await fill(qa, range(10))
    await fill(qa, range(100, 160), purpose="gold")
    await add_gold(qa, range(100, 160))
    await refit()
    accepted = "SELECT count(*) FROM jobs WHERE state = 'accepted'"
    assert (await qa.rows(accepted))[0][0] > 0
    await rules.put("news", Rule(target_precision=0.99, max_votes=3), NOON)
    await qa.evaluate([f"j{n}" for n in range(10)])  # before the next fit
    assert await qa.rows(accepted) == [(0,)]
