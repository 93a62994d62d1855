"""The preview of a rule says what the rule then does, on a real PostgreSQL."""

from collections import Counter
from typing import Any

import pytest

from adapters.qa.qakit import NOON, STATES, Qa, add_gold, fill, job, review, vote
from shoal_qa.adapters.postgres.fits import PostgresFits
from shoal_qa.adapters.postgres.guidelines import PostgresRules
from shoal_qa.domain.jobs.effects import EFFECTS
from shoal_qa.usecases.evaluation.preview import PreviewRule, RulePreview
from shoal_qa.usecases.rules import Rule

pytestmark = pytest.mark.servers
TABLES = ("jobs", "labels", "annotations", "rules", "outbox", "annotators", "quality")
States = dict[str, tuple[str, str | None, int]]


def previewer(qa: Qa, most_jobs: int = 20_000) -> PreviewRule:
    return PreviewRule(qa.database, PostgresFits(qa.pool), most_jobs)


async def states(qa: Qa) -> States:
    """Return state, label and requested votes of every job."""
    return {row[0]: (row[1], row[2], row[3]) for row in await qa.rows(STATES)}


def effects_between(before: States, after: States) -> dict[str, int]:
    """Count the effects from the states of the jobs alone."""
    counts: Counter[str] = Counter()
    for job_id, (state, label, _) in before.items():
        new_state, new_label, _ = after[job_id]
        counts["labels_accepted"] += label is None and new_label is not None
        counts["labels_revised"] += None not in (label, new_label) and label != new_label
        counts["labels_withdrawn"] += label is not None and new_label is None
        counts["jobs_reopened"] += new_state == "open" and state != "open"
        counts["reviews_opened"] += new_state == "review" and state != "review"
        counts["reviews_cancelled"] += state == "review" and new_state != "review"
        counts["jobs_closed"] += new_state == "closed" and state != "closed"
    return {effect: counts[effect] for effect in EFFECTS}


async def predicted_and_real(qa: Qa, rule: Rule) -> tuple[RulePreview, dict[str, int]]:
    preview = await previewer(qa)("news", rule)
    before = await states(qa)
    await PostgresRules(qa.pool).put("news", rule, NOON)
    await qa.refit()()
    return preview, effects_between(before, await states(qa))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (
            {"model": "majority", "accept_probability": 0.7, "min_votes": 4, "max_votes": 5},
            "labels_withdrawn",
        ),
        ({"model": "majority", "accept_probability": 0.99999}, "labels_withdrawn"),
        ({"model": "majority", "accept_probability": 0.99999, "exhausted": "review"}, "reviews_opened"),
        ({"model": "dawid-skene", "accept_probability": 0.8}, None),
        ({"model": "majority", "target_precision": 0.9, "confidence": 0.8}, None),
        ({"model": "majority", "target_precision": 0.999, "confidence": 0.99}, "labels_withdrawn"),
    ],
)
@pytest.mark.parametrize("gold", [0, 30])
async def test_the_preview_is_what_the_rule_does(
    qa: Qa, changes: dict[str, Any], expected: str | None, gold: int
) -> None:
    await fill(qa, range(1, 61), wrong=4)
    if gold:
        await add_gold(qa, range(1, gold + 1))
    await qa.refit()()
    preview, real = await predicted_and_real(qa, Rule.model_validate(changes))
    assert preview.effects.counts == real
    if expected and not gold:  # gold may make every label certain
        assert real[expected] > 0


async def test_a_rule_with_more_votes_opens_jobs_again_and_counts_the_votes(qa: Qa) -> None:
    await qa.jobs([job(n).model_copy(update={"max_votes": 5}) for n in range(1, 11)])
    await qa.annotations([vote(n, name, "x") for n in range(1, 11) for name in ("ann", "bob", "cat")])
    await qa.refit()()
    rule = Rule(model="majority", accept_probability=0.7, min_votes=5)
    before = await states(qa)
    preview, real = await predicted_and_real(qa, rule)
    assert preview.effects.counts == real
    assert real["jobs_reopened"] == real["labels_withdrawn"] == 10
    after = await states(qa)
    votes = sum(after[job_id][2] - before[job_id][2] for job_id in before)
    assert preview.effects.votes_requested == votes > 0


async def test_a_lower_threshold_accepts_labels_again(qa: Qa) -> None:
    await fill(qa, range(1, 41), wrong=3)
    strict = Rule(model="majority", accept_probability=0.999, exhausted="review")
    await PostgresRules(qa.pool).put("news", strict, NOON)
    await qa.refit()()
    loose = Rule(model="majority", accept_probability=0.6)
    preview, real = await predicted_and_real(qa, loose)
    assert preview.effects.counts == real
    assert real["labels_accepted"] > 0
    assert real["reviews_cancelled"] > 0


async def test_the_present_rule_changes_nothing(qa: Qa) -> None:
    await fill(qa, range(1, 31), wrong=4)
    await qa.refit()()
    preview = await previewer(qa)("news", await PostgresRules(qa.pool).get("news"))
    assert preview.effects.jobs_changed == 0
    assert preview.jobs == preview.evaluated == 30
    assert sum(map(len, preview.effects.examples.values())) == 0


async def test_a_preview_stores_nothing(qa: Qa) -> None:
    await fill(qa, range(1, 31), wrong=4)
    await qa.refit()()

    async def contents() -> list[Any]:
        return [await qa.rows(f"SELECT * FROM {table} ORDER BY 1, 2, 3") for table in TABLES]

    before = await contents(), await qa.rows("SELECT project, major, number, seen FROM fits")
    preview = await previewer(qa)("news", Rule(model="dawid-skene", accept_probability=0.9999))
    assert preview.effects.jobs_changed > 0
    assert (await contents(), await qa.rows("SELECT project, major, number, seen FROM fits")) == before


async def test_examples_name_the_job_its_label_and_the_reason(qa: Qa) -> None:
    await fill(qa, range(1, 31))
    await qa.refit()()
    rule = Rule(model="majority", accept_probability=0.999, exhausted="review")
    effects = (await previewer(qa)("news", rule)).effects
    examples = effects.examples["labels_withdrawn"]
    assert len(examples) == 3
    assert all(example.before.label in {"x", "y"} and example.after.label is None for example in examples)
    assert all("probability fell" in example.reason for example in examples)


async def test_an_experts_decision_stays(qa: Qa) -> None:
    await qa.jobs([job(1)])
    await qa.annotations([vote(1, "ann", "x"), vote(1, "bob", "x"), review(1, "y", 5)])
    await qa.refit()()
    preview = await previewer(qa)("news", Rule(model="majority", accept_probability=0.99))
    assert (preview.jobs, preview.effects.jobs_changed) == (0, 0)


async def test_a_project_without_votes_has_no_effects(qa: Qa) -> None:
    await qa.jobs([job(1)])
    preview = await previewer(qa)("news", Rule(accept_probability=0.99))
    assert (preview.jobs, preview.effects.jobs_changed) == (0, 0)
    assert (await previewer(qa)("other", Rule())).jobs == 0


@pytest.mark.parametrize("model", ["majority", "dawid-skene"])
async def test_many_jobs_are_estimated_from_a_sample(qa: Qa, model: str) -> None:
    await fill(qa, range(1, 101))
    await add_gold(qa, range(91, 101))
    await qa.refit()()
    rule = Rule.model_validate({"model": model, "min_votes": 4})
    whole, part = await previewer(qa)("news", rule), await previewer(qa, 20)("news", rule)
    assert (part.jobs, part.evaluated, whole.evaluated) == (whole.jobs, 20, whole.jobs)
    assert part.effects.counts["labels_withdrawn"] == pytest.approx(
        whole.effects.counts["labels_withdrawn"], abs=25
    )
    assert part.effects.counts["labels_withdrawn"] > 20
