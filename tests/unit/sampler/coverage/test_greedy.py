"""The greedy engine and what is built on it, against plain greedy."""

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from shoal_sampler.domain.coverage import greedy, losses, similarities
from shoal_sampler.domain.models.uncertainty import margin_uncertainty
from shoal_sampler.domain.pools import landmarks
from shoal_sampler.domain.pools.pool import Pool, Strategy, pool_of
from shoal_sampler.domain.strategies import STRATEGIES
from shoal_sampler.domain.strategies.facility_location import facility_location
from shoal_sampler.domain.strategies.herding import herding
from shoal_sampler.domain.strategies.uncertainty_herding import (
    cover_uncertain,
    fill_unknown,
    uncertainty_herding,
)
from shoal_sampler.domain.vectors.kernels import cosine_kernel, gaussian_kernel, kernel_scale
from shoal_sampler.domain.vectors.threads import BlockThreads
from unit.sampler.poolkit import scored, unit_rows


def plain(
    pool: Pool, similarity: np.ndarray, chosen: np.ndarray, importance: np.ndarray, k: int
) -> list[int]:
    """Take the candidate of largest weighted gain, all gains anew each time.

    similarity: (n, r); chosen: (m, r).
    """
    cover = chosen.max(axis=0, initial=0.0) if len(chosen) else np.zeros(similarity.shape[1])
    picks: list[int] = []
    for _ in range(k):
        gains = (np.maximum(similarity, cover) - cover) @ importance * pool.weights
        gains[picks] = -1
        picks.append(int(gains.argmax()))
        cover = np.maximum(cover, similarity[picks[-1]])
    return picks


def value(similarity: np.ndarray, importance: np.ndarray, picks: list[int]) -> float:
    return float(similarity[picks].max(axis=0) @ importance)


def small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a small pool go through many products and passes."""
    for module, name, value in (
        (losses, "_PASS", 700),
        (similarities, "_TALL", 60),
        (similarities, "_WIDE", 40),
        (similarities, "_PASS", 400),
        (similarities, "_TILE", 16),
    ):
        monkeypatch.setattr(module, name, value)


@pytest.mark.parametrize("others", [False, True])
@pytest.mark.parametrize("seed", range(3))
def test_greedy_in_small_steps_is_plain_greedy(
    monkeypatch: pytest.MonkeyPatch, seed: int, others: bool
) -> None:
    small_steps(monkeypatch)
    chosen = unit_rows(seed + 50, 3 * seed)
    weights = np.random.default_rng(seed).uniform(0.5, 2, 150).astype(np.float32)
    population = unit_rows(seed + 90, 170 if others else 0)
    pool = pool_of(unit_rows(seed, 150), chosen_vectors=chosen, weights=weights, population=population)
    x = pool.vectors.astype(np.float64)
    z = population.astype(np.float64) if others else x
    even = np.full(len(z), 1 / len(z))
    cosines, before = np.maximum(x @ z.T, 0), np.maximum(chosen @ z.T, 0)
    expected = plain(pool, cosines, before, even, 25)
    found = facility_location(pool, 25).indices.tolist()
    assert found[:6] == expected[:6]
    assert value(cosines, even, found) >= 0.999 * value(cosines, even, expected)
    kernel = gaussian_kernel(z.astype(np.float32), kernel_scale(z.astype(np.float32)))
    assert herding(pool, 6).indices.tolist() == plain(pool, kernel(x), kernel(chosen), even, 6)


@pytest.mark.parametrize("seed", range(3))
def test_uncertainty_herding_weighs_the_population(seed: int) -> None:
    pool = scored(seed, 80)
    importance = margin_uncertainty(pool.scores).astype(np.float64)
    kernel = gaussian_kernel(pool.vectors, kernel_scale(pool.vectors))(pool.vectors)
    expected = plain(pool, kernel, np.empty((0, 80)), importance / importance.sum(), 8)
    assert uncertainty_herding(pool, 8).indices.tolist() == expected


def test_constant_uncertainty_is_herding_and_a_narrow_kernel_is_margin() -> None:
    pool = scored(1, 120)
    even = np.full(120, 0.3, np.float32)
    assert cover_uncertain(pool, 10, even).indices.tolist() == herding(pool, 10).indices.tolist()
    pool = scored(1, 60, d=64)
    similarity = gaussian_kernel(pool.vectors, kernel_scale(pool.vectors) / 50, similarities.UNIT)
    narrow = greedy.cover_greedily(
        pool, similarities.Coverage(similarity, margin_uncertainty(pool.scores) / 60), 10
    )
    assert narrow.indices.tolist() == STRATEGIES["margin"](pool, 10).indices.tolist()


def test_rows_without_scores_are_as_uncertain_as_the_mean() -> None:
    assert fill_unknown(np.array([0.2, np.nan, 0.6], np.float32)) == pytest.approx([0.2, 0.4, 0.6])
    assert fill_unknown(np.array([np.nan], np.float32)) == pytest.approx([1.0])


def test_thousands_of_equal_rows_come_by_their_draws() -> None:
    same = np.repeat(unit_rows(0, 1), 3000, axis=0)
    draws = np.random.default_rng(0).permutation(3000).astype(np.float32) / 3000
    picks = facility_location(pool_of(same, draws=draws), 1500).indices.tolist()
    assert picks == np.argsort(draws).tolist()[:1500]


@pytest.mark.parametrize("even", [True, False])
def test_gains_kept_up_to_date_are_those_computed_anew(even: bool) -> None:
    """To the last bit: whole numbers are added and taken away."""
    pool, rng = scored(5, 400, 12), np.random.default_rng(5)
    importance = np.full(400, 1 / 400, np.float32) if even else rng.random(400, np.float32) / 200
    with BlockThreads() as threads:
        coverage_, whole = (
            similarities.Coverage(cosine_kernel(pool.vectors, similarities.UNIT), importance),
            [],
        )
        table = similarities.Table(pool, coverage_, threads)
        counted = losses.Losses(coverage_, table, threads)
        every, full = np.arange(400), np.full(400, similarities.UNIT, np.uint16)
        kept_up = counted.losses_of(every, full)
        for pick in rng.permutation(400)[:60]:
            row = table.of(int(pick))
            nearer = np.flatnonzero(row > coverage_.cover)
            kept_up -= counted.losses_of(nearer, row[nearer])
            coverage_.cover[nearer] = row[nearer]
            whole.append(np.array_equal(kept_up, counted.losses_of(every, full)))
    assert all(whole)
    above = np.maximum(table.values.astype(np.float64) - coverage_.cover[:, None] - similarities.ROUNDING, 0)
    assert kept_up * counted.unit == pytest.approx(importance @ above / similarities.UNIT, rel=1e-5, abs=1e-9)


def test_equal_rows_among_others_come_by_their_draws() -> None:
    rows = unit_rows(3, 500, 24)
    copies = np.random.default_rng(3).permutation(np.repeat(np.arange(500), 5))
    draws = np.random.default_rng(4).permutation(2500).astype(np.float32) / 2500
    for strategy in (facility_location, herding):
        picks = strategy(pool_of(rows[copies], draws=draws), 200).indices
        firsts = [
            np.flatnonzero(copies == copies[each])[draws[copies == copies[each]].argmin()] for each in picks
        ]
        assert picks.tolist() == firsts


@pytest.mark.parametrize(("k", "share"), [(3, 0.97), (40, 0.99), (400, 0.99)])  # 400: finalists do not fit
@pytest.mark.parametrize("strategy", [facility_location, herding])
def test_parts_of_a_large_pool_keep_the_objective(
    monkeypatch: pytest.MonkeyPatch, strategy: Strategy, k: int, share: float
) -> None:
    rng = np.random.default_rng(0)
    rows = unit_rows(1, 40, 16)[np.sort(rng.integers(0, 40, 1200))] + 0.5 * unit_rows(2, 1200, 16)
    pool = pool_of((rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32), seed=4)
    whole = strategy(pool, k).indices.tolist()
    monkeypatch.setattr(greedy, "TABLE_VALUES", 250 * 1200)  # five parts
    told = list[float]()
    parts = strategy(replace(pool, report=lambda done, total: told.append(done / total)), k)
    assert told == sorted(told)
    assert told[-1] == 1
    assert len(set(parts.indices.tolist())) == len(parts) == k
    assert parts.indices.tolist() == strategy(pool, k).indices.tolist()
    x, scale = pool.vectors, kernel_scale(pool.vectors)
    similarity = (cosine_kernel(x) if strategy is facility_location else gaussian_kernel(x, scale))(x)
    even = np.full(1200, 1 / 1200)
    assert value(similarity, even, parts.indices.tolist()) >= share * value(similarity, even, whole)


def test_a_sample_of_the_population_keeps_the_objective(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    centres = unit_rows(1, 40, 16)
    rows = centres[rng.integers(0, 40, 3000)] + 0.5 * unit_rows(2, 3000, 16)
    pool = pool_of((rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32), seed=4)
    cosines, even = np.maximum(pool.vectors @ pool.vectors.T, 0), np.full(3000, 1 / 3000)
    full = facility_location(pool, 50).indices.tolist()
    monkeypatch.setattr(landmarks.landmark_vectors, "__defaults__", (1000,))
    part = facility_location(pool, 50).indices.tolist()
    assert part != full
    assert value(cosines, even, part) >= 0.98 * value(cosines, even, full)


SCRIPT = """
import numpy as np
from unit.sampler.poolkit import scored
from shoal_sampler.domain.strategies import STRATEGIES
pool = scored(3, 2000, 32)
for name in ("herding", "facility_location", "uncertainty_herding", "k_center", "badge", "typiclust", "cluster_margin"):
    print(name, STRATEGIES[name](pool, 40).indices.tolist())
"""


def test_picks_do_not_depend_on_the_number_of_threads() -> None:
    import os

    answers = [
        subprocess.run(
            [sys.executable, "-c", SCRIPT],
            env={**os.environ, "OPENBLAS_NUM_THREADS": threads, "PYTHONPATH": os.pathsep.join(sys.path)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for threads in ("1", "2")
    ]
    assert answers[0] == answers[1]
    assert answers[0].count("\n") == 7
