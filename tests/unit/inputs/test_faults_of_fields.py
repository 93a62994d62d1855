"""The field and the message of a fault are plain text, whatever a body holds."""

import pytest

from shoal_ingest.usecases.bodies.items import Fault, parse_body


@pytest.mark.parametrize(
    ("more", "field"),
    [
        (rb'"tags": {"a\u0000b": "x"}', r"tags.a\u0000b"),
        (rb'"tags": {"a": "\ud800"}', "tags.a"),
        (rb'"group": "\udfff"', "group"),
        (rb'"group": "\u0000"', "group"),
        (rb'"a\nb": 1', r"a\u000ab"),
    ],
    ids=["NUL in a key", "half in a value", "half", "NUL", "line break in a name"],
)
def test_a_fault_names_its_field_in_one_line(more: bytes, field: str) -> None:
    (fault,) = parse_body(b'{"project": "news", "source_id": "1", "text": "a", ' + more + b"}")
    assert isinstance(fault, Fault)
    assert fault.field == field
    assert "\x00" not in fault.detail
    assert "raw data" not in fault.detail
    assert fault.fix
