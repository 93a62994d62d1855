"""Overlaps of spans."""

import numpy as np
import pytest

from shoal_qa.domain.shapes.spans import span_iou


def test_spans_by_hand() -> None:
    spans = np.array([[0, 10], [0, 12], [1, 10], [20, 25]])
    assert span_iou(spans)[0].tolist() == pytest.approx([1, 10 / 12, 9 / 10, 0])
