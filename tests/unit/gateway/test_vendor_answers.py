"""Odd annotations of vendors: what can be known is read, and nothing is counted or paid by accident."""

from typing import Any

import pytest

from shoal_gateway.adapters.generic.mapping import read_annotations
from shoal_gateway.domain.annotations import Annotation
from shoal_gateway.usecases.ports import Malformed
from vendorkit import annotation


def read(**changes: Any) -> Annotation | Malformed:
    (item,) = read_annotations([annotation("t", "ann", **changes)])
    return item


@pytest.mark.parametrize("answer", [{"label": "x", "reason": None}, [], "x", {"kind": "boxes"}])
def test_a_deletion_needs_no_readable_answer(answer: Any) -> None:
    item = read(action="deleted", answer=answer)
    assert isinstance(item, Annotation)
    assert item.action == "deleted"


def test_a_skip_is_one_whatever_its_words() -> None:
    items = [read(action="skipped", answer={"reason": words}) for words in (None, "w" * 900)]
    assert [item.reason for item in items if isinstance(item, Annotation)] == ["", "w" * 500]


@pytest.mark.parametrize("field", ["price", "revision", "duration_s"])
def test_true_is_no_number(field: str) -> None:
    item = read(**{field: True})
    assert isinstance(item, Malformed)
    assert item.field == field
