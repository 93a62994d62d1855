"""The audit is a coin that every replica throws alike."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoal_sampler.domain.campaigns.audit import Audit, samples_to_audit
from shoal_sampler.domain.campaigns.keyed import keyed_draw, keyed_draws
from shoal_sampler.domain.campaigns.reservoir import Reservoir

IDS = [f"sample-{i}" for i in range(20_000)]
SALT = b"secret"


def test_the_share_taken_is_the_rate() -> None:
    taken = samples_to_audit(Audit(rate=0.05), SALT, "p", IDS).mean()
    assert abs(taken - 0.05) < 4 * np.sqrt(0.05 * 0.95 / len(IDS))


@given(st.lists(st.sampled_from(IDS), min_size=1, max_size=50), st.randoms())
def test_inclusion_depends_on_nothing_but_the_id(ids: list[str], random: object) -> None:
    audit = Audit(rate=0.3)
    alone = {sample: bool(samples_to_audit(audit, SALT, "p", [sample])[0]) for sample in ids}
    shuffled = list(ids)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert [alone[sample] for sample in shuffled] == samples_to_audit(audit, SALT, "p", shuffled).tolist()


def test_a_higher_rate_keeps_what_a_lower_one_took() -> None:
    low, high = (samples_to_audit(Audit(rate=rate), SALT, "p", IDS) for rate in (0.02, 0.2))
    assert (high | ~low).all()


def test_another_salt_project_or_purpose_is_another_coin() -> None:
    first = keyed_draws(SALT, "audit:p", IDS)
    for other in (keyed_draws(b"other", "audit:p", IDS), keyed_draws(SALT, "audit:q", IDS)):
        assert abs(np.corrcoef(first, other)[0, 1]) < 0.05


@given(st.text(), st.text(), st.binary(min_size=1, max_size=64))
def test_a_draw_is_in_the_unit_interval(purpose: str, key: str, salt: bytes) -> None:
    assert 0 <= keyed_draw(salt, purpose, key) < 1


def test_the_estimate_weighted_by_the_rate_is_unbiased() -> None:
    """Horvitz-Thompson: wrong answers of the production model, counted by the audit alone."""
    truth = np.random.default_rng(0).random(len(IDS)) < 0.12
    estimates = []
    for i in range(100):
        taken = samples_to_audit(Audit(rate=0.05), b"salt-%d" % i, "p", IDS)
        estimates.append((truth[taken] / 0.05).sum() / len(IDS))
    standard_error = np.std(estimates) / np.sqrt(len(estimates))
    assert abs(np.mean(estimates) - truth.mean()) < 4 * standard_error


@pytest.mark.parametrize(
    "bad", [{"rate": 1.1}, {"rate": -0.1}, {"votes": 0}, {"votes": 4, "max_votes": 3}, {"votes_per_day": -1}]
)
def test_impossible_audits_are_refused(bad: dict[str, float]) -> None:
    with pytest.raises(ValueError):
        Audit(**bad)  # type: ignore[arg-type]


@given(st.lists(st.integers(0, 60), max_size=120), st.integers(1, 20), st.integers(1, 30))
def test_a_reservoir_is_the_lowest_draws_in_any_order_with_any_repeats(
    arrivals: list[int], size: int, batch: int
) -> None:
    reservoir = Reservoir(size, 1)
    for start in range(0, len(arrivals), batch):
        ids = [str(i) for i in arrivals[start : start + batch]]
        vectors = np.array([[float(i)] for i in ids], np.float32).reshape(-1, 1)
        reservoir.add(ids, keyed_draws(SALT, "reservoir", ids), vectors)
    expected = sorted(set(arrivals), key=lambda i: keyed_draw(SALT, "reservoir", str(i)))[:size]
    assert reservoir.vectors[:, 0].astype(int).tolist() == expected


def test_a_reservoir_forgets_on_request() -> None:
    reservoir = Reservoir(5, 1)
    reservoir.add(["a", "b"], np.array([0.1, 0.2]), np.array([[1.0], [2.0]], np.float32))
    reservoir.discard("a")
    reservoir.discard("never seen")
    assert reservoir.vectors.tolist() == [[2.0]]
