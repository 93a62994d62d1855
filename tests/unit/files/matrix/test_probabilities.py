"""Rows of probabilities, and what is wrong with others."""

import numpy as np
import pytest

from shoal.files.errors import BadInput
from shoal.files.matrix.probabilities import check_probabilities

P = np.random.default_rng(0).dirichlet(np.ones(100), 50)


def as_bfloat16(values: np.ndarray) -> np.ndarray:
    """Cut the mantissa to 7 bits, without rounding: the worst that a bfloat16 does."""
    return (values.astype(np.float32).view(np.uint32) & 0xFFFF0000).view(np.float32)


@pytest.mark.parametrize("kind", [np.float64, np.float32, np.float16])
def test_rounding_of_every_width_is_accepted(kind: type) -> None:
    check_probabilities(P.astype(kind), "p")
    check_probabilities(as_bfloat16(P), "p")


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (100 * P, "row 0 adds up to 100, not to 1 .*divide percentages by 100"),
        (np.log(P), "apply a softmax to logits"),
        (np.exp(4 * P), "apply a softmax"),
        (np.full((3, 4), 0.5), r"row 0 adds up to 2, not to 1 \(3 rows are like it: 0, 1, 2\): .*exclusive"),
        (P[:, :1], "has one column"),
    ],
)
def test_what_is_no_distribution_is_named_with_the_way_to_mend_it(values: np.ndarray, message: str) -> None:
    with pytest.raises(BadInput, match=message):
        check_probabilities(values, "p")
