"""A model's own scores as probabilities; scores may be partial, unnormalised or missing.

Row by row, and the same for every measure of uncertainty:

| scores given | read as |
|---|---|
| none, or none that is finite | no opinion: the row is NaN and the sample cannot be chosen by uncertainty |
| all >= 0, sum <= 1 | probabilities; what is missing to 1 belongs to classes that the model did not name (`rest`) |
| all >= 0, sum > 1 | unnormalised weights (counts, percentages, independent sigmoids): divided by their sum |
| any < 0 | logits or log-probabilities: softmax |

Scores that are not finite are left out, as if the model had not named the class.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from shoal_sampler.domain.vectors.rows import Floats

_ROUNDING = 1e-3  # float16 and three-decimal scores add up to 1 within this


def score_matrix(rows: Sequence[Mapping[str, float]]) -> Floats:
    """Return (n, c) scores, NaN where a row does not name the class; columns in order of the class names."""
    classes = sorted({name for row in rows for name in row})
    column = {name: index for index, name in enumerate(classes)}
    matrix = np.full((len(rows), len(classes)), np.nan, dtype=np.float32)
    for index, row in enumerate(rows):
        for name, score in row.items():
            matrix[index, column[name]] = score
    return matrix


def probabilities(scores: Floats) -> tuple[Floats, Floats]:
    """Return (n, c) probabilities, 0 where a class is not named, and (n,) the rest that belongs to no named
    class.

    A row without any finite score is NaN in both.
    """
    known = np.isfinite(scores)
    filled = np.where(known, scores, 0.0).astype(np.float64)
    logits = (filled < 0).any(axis=1)
    filled[logits] = _softmax(np.where(known[logits], scores[logits], -np.inf))
    total = filled.sum(axis=1)
    over = total > 1.0
    filled[over] /= total[over, None]
    rest = np.clip(1.0 - filled.sum(axis=1), 0.0, 1.0)
    rest[rest < _ROUNDING] = 0.0
    silent = ~known.any(axis=1)
    filled[silent], rest[silent] = np.nan, np.nan
    return filled.astype(np.float32), rest.astype(np.float32)


def _softmax(logits: Floats) -> Floats:
    if logits.size == 0:
        return logits
    shifted = np.exp(logits - logits.max(axis=1, keepdims=True))
    result: Floats = shifted / shifted.sum(axis=1, keepdims=True)
    return result
