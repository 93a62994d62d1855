"""The accuracy of the production model against the truth of simulated streams."""

import numpy as np
import pytest
from scipy.stats import binomtest

from shoal_qa.domain.projects.production import AuditedSamples, production_accuracy, weighted_share
from shoal_sampler.domain.campaigns.audit import Audit
from shoal_sampler.domain.campaigns.budget import Ledger
from shoal_sampler.domain.campaigns.campaign import Campaign, Selection
from shoal_sampler.domain.campaigns.deciding import decide
from shoal_sampler.domain.campaigns.decisions import Record
from shoal_sampler.domain.campaigns.samples import Sample, content_hash
from shoal_sampler.domain.campaigns.window import Memory, Standing
from shoal_sampler.domain.vectors.rows import no_vectors


def audited(
    rate: list[float], labelled: list[int], right: list[int], pending: list[int] | None = None
) -> AuditedSamples:
    columns = (rate, labelled, right, pending or [0] * len(rate))
    arrays = [np.array(column, np.float64) for column in columns]
    return AuditedSamples(rate=arrays[0], labelled=arrays[1], right=arrays[2], pending=arrays[3])


def test_under_one_rate_the_interval_is_the_exact_one() -> None:
    measured = production_accuracy(audited([0.01], [40], [37]))
    assert measured.accuracy == 37 / 40
    exact = binomtest(37, 40).proportion_ci(method="exact")
    assert (measured.low, measured.high) == pytest.approx((exact.low, exact.high), abs=1e-9)
    assert (measured.lowest, measured.highest) == (measured.low, measured.high)


def test_a_sample_weighs_one_over_its_rate() -> None:
    measured = production_accuracy(audited([0.01, 0.1], [10, 100], [5, 90]))
    assert measured.accuracy == pytest.approx((5 / 0.01 + 90 / 0.1) / (10 / 0.01 + 100 / 0.1))


def test_before_the_first_label_everything_is_possible() -> None:
    measured = production_accuracy(audited([0.01], [0], [0], [7]))
    assert (measured.accuracy, measured.low, measured.high) == (None, 0.0, 1.0)
    assert (measured.audited, measured.labelled, measured.pending) == (7, 0, 7)
    assert measured.lowest == 0.0
    assert measured.highest == 1.0


STREAMS = [  # rate of the audit, true accuracy, samples: one entry for each period
    ([0.01], [0.7], [20_000]),
    ([0.01], [0.9], [20_000]),
    ([0.2], [0.97], [2_000]),
    ([0.01, 0.2], [0.97, 0.97], [10_000, 10_000]),
    ([0.01, 0.2], [0.7, 0.97], [10_000, 10_000]),
    ([0.01, 0.05, 0.2], [0.97, 0.9, 0.6], [10_000, 10_000, 10_000]),
    ([0.02, 0.05, 0.2], [0.995, 0.995, 0.995], [5_000, 5_000, 5_000]),
]


@pytest.mark.parametrize(("rate", "accuracy", "samples"), STREAMS)
def test_the_interval_covers_the_truth_and_the_estimate_is_unbiased(
    rate: list[float], accuracy: list[float], samples: list[int]
) -> None:
    rng, truth = np.random.default_rng(7), float(np.average(accuracy, weights=samples))
    taken = rng.binomial(samples, rate, size=(4000, len(rate)))
    right = rng.binomial(taken, accuracy)
    estimate, low, high = weighted_share(right.astype(float), taken.astype(float), np.array(rate))
    assert abs(estimate.mean() - truth) < 3.5 * estimate.std() / np.sqrt(len(estimate))
    # One rate: 95 % as promised. Several: exact intervals combined are somewhat too wide where errors are
    # rare.
    assert 0.93 <= np.mean((low <= truth) & (truth <= high)) <= (0.97 if len(rate) == 1 else 0.99)


def test_samples_that_stay_without_label_are_bounded() -> None:
    rng, truth, outside = np.random.default_rng(3), 0.9, 0
    for _ in range(20):
        right = rng.random(1000) < truth
        resolved = rng.random(1000) < np.where(right, 0.95, 0.5)  # people find hard what the model finds hard
        labelled, pending = int(resolved.sum()), int((~resolved).sum())
        measured = production_accuracy(audited([0.01], [labelled], [int(right[resolved].sum())], [pending]))
        assert measured.lowest <= truth <= measured.highest
        outside += measured.low > truth
    assert outside > 10


def stream(samples: int) -> tuple[list[Sample], list[bool]]:
    """Return samples with a model's scores, and whether it was right: the less sure, the more often wrong."""
    rng = np.random.default_rng(11)
    vectors = rng.normal(size=(samples, 8)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    confidence = 0.5 + 0.5 * rng.beta(4, 1, samples)
    right = rng.random(samples) < confidence
    made = [
        Sample(
            sample_id=f"s{i}",
            generation="g",
            vector=vectors[i],
            content_hash=content_hash(f"text {i}", None, None),
            scores={"a": p, "b": 1 - p},
            predicted_label="a",
            model="m",
            model_version="1",
        )
        for i, p in enumerate(confidence.tolist())
    ]
    return made, right.tolist()


def decided(samples: list[Sample], rate: float) -> list[Record]:
    """Return the sampler's decisions, with a campaign that looks for what the model is least sure of."""
    selection = Selection(kind="uncertainty", share=0.1, exploration=0.02)
    campaign = Campaign(
        campaign_id="c",
        project="p",
        name="c",
        selection=selection,
        votes_budget=100_000,
        samples_per_day=len(samples) // 20,
    )
    ledger, spending = Ledger(None, None), Ledger(campaign.votes_budget, campaign.samples_per_day)
    records: list[Record] = []
    for start in range(0, len(samples), 256):
        window = samples[start : start + 256]
        standing, memory = (
            Standing(campaign=campaign, ledger=spending, votes_reserved=spending.votes),
            Memory(no_vectors(8), no_vectors(8)),
        )
        records += decide(
            "p",
            window,
            standings=[standing],
            audit=Audit(rate=rate),
            audit_ledger=ledger,
            memory=memory,
            salt=b"salt",
        )
    return records


def test_targeted_collection_does_not_bias_it() -> None:
    samples, right = stream(20_000)
    truth, records = float(np.mean(right)), decided(samples, 0.1)
    collected = [was_right for record, was_right in zip(records, right, strict=True) if record.is_taken]
    drawn = [
        was_right
        for record, was_right in zip(records, right, strict=True)
        if any(choice.policy == "audit" and choice.is_taken for choice in record.decisions)
    ]
    measured = production_accuracy(audited([0.1], [len(drawn)], [sum(drawn)]))
    assert measured.low <= truth <= measured.high
    assert measured.accuracy == pytest.approx(truth, abs=0.02)
    assert np.mean(collected) < measured.low  # what was labelled in all says nothing about the stream
