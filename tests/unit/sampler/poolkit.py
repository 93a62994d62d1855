"""Pools for tests."""

import numpy as np

from shoal_sampler.domain.pools.pool import Pool, pool_of


def unit_rows(seed: int, n: int, d: int = 8) -> np.ndarray:
    rows = np.random.default_rng(seed).normal(size=(n, d)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def scored(seed: int, n: int, d: int = 8, classes: int = 4, **others: object) -> Pool:
    rng = np.random.default_rng(seed)
    return pool_of(
        unit_rows(seed, n, d),
        scores=rng.dirichlet(np.ones(classes), n).astype(np.float32),
        draws=rng.random(n).astype(np.float32),
        seed=seed,
        **others,  # type: ignore[arg-type]
    )
