"""One window, all policies."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shoal_sampler.domain.campaigns.audit import Audit
from shoal_sampler.domain.campaigns.budget import Ledger
from shoal_sampler.domain.campaigns.campaign import Campaign, Filter, Selection
from shoal_sampler.domain.campaigns.deciding import decide
from shoal_sampler.domain.campaigns.decisions import Record
from shoal_sampler.domain.campaigns.kinds import campaign_kinds
from shoal_sampler.domain.campaigns.samples import Sample, content_hash
from shoal_sampler.domain.campaigns.window import Memory, Standing
from shoal_sampler.domain.campaigns.wishes import due_samples
from shoal_sampler.domain.vectors.rows import no_vectors

NO_AUDIT = Audit(rate=0)
SALT = b"salt"


def sample(i: int, *, seed: int = 0, d: int = 16, **more: object) -> Sample:
    vector = np.random.default_rng(seed * 100_000 + i).normal(size=d).astype(np.float32)
    p = float(np.random.default_rng(i).uniform(0.5, 1))
    given = {
        "sample_id": f"s{i}",
        "generation": "g",
        "vector": vector / np.linalg.norm(vector),
        "content_hash": content_hash(f"text {i}", None, None),
        "scores": {"a": p, "b": 1 - p},
        "predicted_label": "a",
        **more,
    }
    return Sample(**given)  # type: ignore[arg-type]


def campaign(kind: str = "herding", *, budget: int = 10_000, name: str = "c", **more: object) -> Campaign:
    own = {
        k: more.pop(k) for k in ("priority", "samples_per_day", "votes", "max_votes", "filter") if k in more
    }
    selection = Selection(kind=kind, **more)  # type: ignore[arg-type]
    return Campaign(campaign_id=name, project="p", name=name, selection=selection, votes_budget=budget, **own)  # type: ignore[arg-type]


def stand(given: Campaign, spent: int = 0, credit: float = 0.0) -> Standing:
    return Standing(
        campaign=given,
        ledger=Ledger(given.votes_budget - spent, given.samples_per_day),
        votes_reserved=spent,
        credit=credit,
    )


def run(
    samples: list[Sample], standings: list[Standing], audit: Audit = NO_AUDIT, **more: object
) -> list[Record]:
    memory = more.pop("memory", Memory(no_vectors(16), no_vectors(16)))
    ledger = more.pop("ledger", Ledger(None, audit.votes_per_day))
    return decide(
        "p", samples, standings=standings, audit=audit, audit_ledger=ledger, memory=memory, salt=SALT
    )  # type: ignore[arg-type]


def taken(records: list[Record], policy: str = "campaign:c") -> list[str]:
    return [r.sample_id for r in records for d in r.decisions if d.policy == policy and d.is_taken]


SAMPLES = [sample(i) for i in range(100)]


@pytest.mark.parametrize(
    "kind", [kind for kind in campaign_kinds() if kind not in ("random", "more_like_these")]
)
def test_the_best_share_of_a_window_is_taken(kind: str) -> None:
    standing = stand(campaign(kind, share=0.2))
    records = run(SAMPLES, [standing])
    assert len(taken(records)) == standing.samples_taken == standing.ledger.jobs == 20
    assert standing.ledger.votes == 60  # three votes reserved for each


def test_uncertainty_takes_the_smallest_margins() -> None:
    records = run(SAMPLES, [stand(campaign("uncertainty", share=0.1))])
    by_margin = sorted(SAMPLES, key=lambda s: s.scores["a"] - s.scores["b"])
    assert set(taken(records)) == {s.sample_id for s in by_margin[:10]}


def test_margin_takes_over_when_the_coverage_is_bought() -> None:
    by_margin = sorted(SAMPLES, key=lambda s: s.scores["a"] - s.scores["b"])[:10]
    wanted = {s.sample_id for s in by_margin}
    given = campaign("coverage_then_margin", share=0.1, coverage_votes=30)
    assert set(taken(run(SAMPLES, [stand(given, spent=30)]))) == wanted
    assert set(taken(run(SAMPLES, [stand(given, spent=29)]))) != wanted
    silent = [replace(s, scores={}) for s in SAMPLES]
    assert len(taken(run(silent, [stand(given, spent=30)]))) == 10  # herding goes on


def test_random_takes_each_by_its_own_coin_whatever_the_window() -> None:
    given = campaign("random", share=0.3)
    whole = taken(run(SAMPLES, [stand(given)]))
    in_parts = [s for i in range(0, 100, 7) for s in taken(run(SAMPLES[i : i + 7], [stand(given)]))]
    assert whole == in_parts
    assert 15 <= len(whole) <= 45
    records = run(SAMPLES, [stand(given)])
    assert all(r.decisions[0].probability == 0.3 for r in records)


def test_more_like_these_takes_what_reaches_the_threshold_and_no_counter_example() -> None:
    like = [replace(sample(200 + i), vector=near(SAMPLES[0].vector, i)) for i in range(5)]
    unlike = [replace(sample(300 + i), vector=near(SAMPLES[1].vector, i)) for i in range(5)]
    given = campaign(
        "more_like_these",
        share=None,
        threshold=0.5,
        duplicate_similarity=1.1,
        generation="g",
        examples=SAMPLES[0].vector[None],
        counter_examples=SAMPLES[1].vector[None],
    )
    assert taken(run([*like, *unlike], [stand(given)])) != []
    assert set(taken(run([*like, *unlike], [stand(given)]))) == {s.sample_id for s in like}


def near(vector: np.ndarray, i: int) -> np.ndarray:
    moved = vector + 0.1 * np.random.default_rng(i).normal(size=len(vector))
    return (moved / np.linalg.norm(moved)).astype(np.float32)


def test_vectors_of_two_generations_never_meet() -> None:
    given = campaign(
        "more_like_these", share=None, threshold=0.0, generation="other", examples=SAMPLES[0].vector[None]
    )
    standing = stand(given)
    assert taken(run(SAMPLES, [standing])) == []
    assert (standing.samples_seen, standing.eligible) == (100, 0)


def test_texts_that_the_encoder_cannot_read_are_repeats_only_if_they_are_equal() -> None:
    same = SAMPLES[0].vector
    unreadable = [replace(sample(n), vector=same, is_readable=False) for n in (500, 501, 502)]
    equal = replace(sample(503), content_hash=unreadable[0].content_hash, vector=same, is_readable=False)
    readable = replace(sample(504), vector=same)
    standing = stand(campaign("random", share=1.0, duplicate_similarity=0.9))
    before = Memory(same[None], no_vectors(16), set())
    assert taken(run([*unreadable, equal], [standing], memory=before)) == ["s500", "s501", "s502"]
    assert standing.duplicates == 1
    assert taken(run([*unreadable, readable], [stand(standing.campaign)])) == ["s500", "s501", "s502", "s504"]


def test_repeats_are_suppressed_exact_and_near_in_the_window_and_before() -> None:
    first = SAMPLES[0]
    copy = replace(sample(500), content_hash=first.content_hash)
    almost = replace(sample(501), vector=near(first.vector, 1))
    standing = stand(campaign("herding", share=1.0, duplicate_similarity=0.9))
    assert taken(run([first, copy, almost], [standing])) == ["s0"]
    assert standing.duplicates == 2
    before = Memory(first.vector[None], no_vectors(16), {SAMPLES[1].content_hash})
    again = run([SAMPLES[1], almost, SAMPLES[2]], [stand(standing.campaign)], memory=before)
    assert taken(again) == ["s2"]


def test_two_campaigns_that_want_a_sample_share_one_job_and_one_price() -> None:
    first = stand(campaign("herding", share=1.0, name="c", priority=5))
    second = stand(campaign("herding", share=1.0, name="d"))
    records = run(SAMPLES, [second, first])
    assert first.ledger.jobs == 100
    assert (second.ledger.jobs, second.shared, second.samples_taken) == (0, 100, 100)
    assert all(record.job and record.job.campaign_id == "c" for record in records)


def test_the_audit_is_blind_to_campaigns_and_goes_first() -> None:
    audit = Audit(rate=0.3, votes_per_day=10_000)
    alone = taken(run(SAMPLES, [], audit), "audit")
    standing = stand(campaign("herding", share=1.0))
    beside = run(SAMPLES, [standing], audit)
    assert taken(beside, "audit") == alone != []
    assert Counter(r.job.purpose for r in beside if r.job) == {"audit": len(alone), "label": 100 - len(alone)}
    assert standing.shared == len(alone)


def test_an_audit_that_can_pay_no_more_has_probability_zero() -> None:
    records = run(SAMPLES, [], Audit(rate=1.0, votes=1, max_votes=2, votes_per_day=11))
    assert [len(r.decisions) for r in records] == [1] * 5 + [0] * 95


def test_exploration_gives_every_sample_a_known_chance() -> None:
    standing = stand(campaign("uncertainty", share=0.1, exploration=0.25))
    records = run(SAMPLES, [standing])
    chances = Counter(d.probability for r in records for d in r.decisions)
    assert chances == {1.0: 10, 0.25: 90}
    explored = [d for r in records for d in r.decisions if d.is_taken and d.probability == 0.25]
    assert 8 <= len(explored) <= 40
    assert standing.ledger.jobs == 10 + len(explored)


def test_filters_look_at_predictions_models_and_tags() -> None:
    odd = replace(SAMPLES[3], predicted_label="z", model="m", model_version="2", tags={"desk": "x"})
    for condition in (
        Filter(predicted_labels=frozenset({"z"})),
        Filter(models=frozenset({"m"})),
        Filter(model_versions=frozenset({"2"})),
        Filter(tags={"desk": "x"}),
    ):
        standing = stand(campaign("herding", share=1.0, filter=condition))
        assert taken(run([*SAMPLES[:3], odd], [standing])) == ["s3"]
        assert (standing.samples_seen, standing.eligible) == (4, 1)


def test_a_day_cap_stops_a_campaign() -> None:
    standing = stand(campaign("herding", share=1.0, samples_per_day=7))
    assert len(taken(run(SAMPLES, [standing]))) == 7


kinds = st.sampled_from([kind for kind in campaign_kinds() if kind != "more_like_these"])


@given(
    st.lists(st.tuples(kinds, st.integers(0, 40), st.integers(-3, 3)), min_size=1, max_size=4),
    st.lists(st.integers(0, 60), min_size=1, max_size=80),
    st.integers(1, 25),
    st.floats(0, 1),
)
@settings(max_examples=60, deadline=None)
def test_no_budget_is_exceeded_under_any_order_and_duplication_of_samples(
    wanted: list[tuple[str, int, int]], arrivals: list[int], window: int, rate: float
) -> None:
    campaigns = [
        campaign(kind, budget=budget, name=f"c{i}", priority=priority, share=0.6, exploration=0.2)
        for i, (kind, budget, priority) in enumerate(wanted)
    ]
    spent = Counter[str]()
    audit, audit_votes = Audit(rate=rate, votes_per_day=20), 0
    jobs: dict[str, str] = {}
    decided: set[str] = set()
    hashes: set[bytes] = set()
    for start in range(0, len(arrivals), window):
        batch = {i: sample(i) for i in arrivals[start : start + window] if f"s{i}" not in decided}
        if not batch:
            continue
        standings = [stand(c, spent[c.name]) for c in campaigns]
        ledger = Ledger(None, audit.votes_per_day - audit_votes)
        memory = Memory(no_vectors(16), no_vectors(16), hashes)
        records = run(list(batch.values()), standings, audit, ledger=ledger, memory=memory)
        audit_votes += ledger.votes
        for standing in standings:
            spent[standing.campaign.name] += standing.ledger.votes
        for record in records:
            decided.add(record.sample_id)
            assert all(0 < d.probability <= 1 for d in record.decisions)
            assert record.is_taken == (record.job is not None)
            if record.job:
                assert record.sample_id not in jobs
                jobs[record.sample_id] = record.job.purpose
    assert all(spent[c.name] <= c.votes_budget for c in campaigns)
    assert audit_votes <= audit.votes_per_day
    assert 3 * len(jobs) == sum(spent.values()) + audit_votes


@given(st.floats(0.001, 1), st.lists(st.integers(0, 300), min_size=1, max_size=50))
def test_pacing_pays_out_the_share_and_never_more(share: float, windows: list[int]) -> None:
    credit, total = 0.0, 0
    for seen in windows:
        whole, credit = due_samples(credit, share, seen)
        assert 0 <= credit < 1
        total += whole
    assert share * sum(windows) - 1 - 1e-6 <= total <= share * sum(windows) + 1e-6
