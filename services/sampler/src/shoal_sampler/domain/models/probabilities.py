"""A model's own scores as probabilities; scores may be partial, unnormalised or missing.

Every row is read by itself, in the same way for every measure of uncertainty:

| scores | read as |
|---|---|
| none, or none that is finite | no prediction: the row is NaN, and uncertainty cannot choose the sample |
| all >= 0, sum <= 1 | probabilities; what is missing to 1 belongs to unnamed classes (`rest`) |
| all >= 0, sum > 1 | unnormalised weights (counts, percentages, independent sigmoids): divided by their sum |
| any < 0 | logits or log-probabilities: softmax |

Scores that are not finite are ignored, as if the model had not named the class.
"""

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np

from shoal_sampler.domain.vectors.rows import Floats

_ROUNDING = 1e-3  # float16 and three-decimal scores add up to 1 within this


def score_matrix(rows: Sequence[Mapping[str, float]], *, most_cells: int | None = None) -> Floats:
    """Return (n, c) scores, NaN for classes that a row does not name; columns are sorted by class name.

    most_cells: limit of n * c; the classes that the most rows name stay, so that a model which invents a
    class for every sample does not take the memory of others.
    """
    named = Counter(name for row in rows for name in row)
    if most_cells is not None and len(named) * len(rows) > most_cells:
        most = max(1, most_cells // len(rows))
        named = Counter(dict(sorted(named.items(), key=lambda item: (-item[1], item[0]))[:most]))
    classes = sorted(named)
    column = {name: index for index, name in enumerate(classes)}
    matrix = np.full((len(rows), len(classes)), np.nan, dtype=np.float32)
    for index, row in enumerate(rows):
        for name, score in row.items():
            if name in column:
                matrix[index, column[name]] = score
    return matrix


def class_probabilities(scores: Floats) -> tuple[Floats, Floats]:
    """Return (n, c) probabilities, 0 for unnamed classes, and (n,) the rest that belongs to no named class.

    A row without any finite score is NaN in both.
    """
    finite = np.isfinite(scores)
    filled = np.where(finite, scores, 0.0).astype(np.float64)
    logits = (filled < 0).any(axis=1)
    filled[logits] = _row_softmax(np.where(finite[logits], scores[logits], -np.inf))
    total = filled.sum(axis=1)
    over = total > 1.0
    filled[over] /= total[over, None]
    rest = np.clip(1.0 - filled.sum(axis=1), 0.0, 1.0)
    rest[rest < _ROUNDING] = 0.0
    silent = ~finite.any(axis=1)
    filled[silent], rest[silent] = np.nan, np.nan
    return filled.astype(np.float32), rest.astype(np.float32)


def _row_softmax(logits: Floats) -> Floats:
    if logits.size == 0:
        return logits
    shifted = np.exp(logits - logits.max(axis=1, keepdims=True))
    result: Floats = shifted / shifted.sum(axis=1, keepdims=True)
    return result
