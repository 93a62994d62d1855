"""References to samples: by id, or by source and source id."""

from typing import Any

import pytest
from pydantic import ValidationError

from shoal.contracts.ids import sample_id
from shoal.runtime.refusal import Refused
from shoal.samples import SampleRef, reference_text, referred_sample

WIRE = sample_id("news", "wire", "8841")


def resolved(value: Any) -> str | None:
    return referred_sample("news", SampleRef.model_validate(value), "items[2]")


@pytest.mark.parametrize(
    "value",
    [
        WIRE,
        WIRE.upper(),
        "wire/8841",
        {"sample_id": WIRE},
        {"source": "wire", "source_id": "8841"},
        {"source": "wire", "source_id": "8841", "sample_id": WIRE},
    ],
)
def test_every_form_names_the_same_sample(value: Any) -> None:
    assert resolved(value) == WIRE


def test_a_source_id_alone_is_of_the_default_source() -> None:
    assert resolved({"source_id": "a/b"}) == sample_id("news", "default", "a/b")
    assert resolved("default/a/b") == sample_id("news", "default", "a/b")


@pytest.mark.parametrize(
    ("value", "field", "words"),
    [
        ("8841", "items[2].sample_id", "is a UUID"),
        ({"sample_id": "8841"}, "items[2].sample_id", "is a UUID"),
        (
            {"sample_id": WIRE, "source_id": "8842"},
            "items[2].sample_id",
            "is not the sample of source 'default'",
        ),
        (
            {"sample_id": WIRE, "source": "wire", "source_id": "8842"},
            "items[2].sample_id",
            "is not the sample",
        ),
    ],
)
def test_a_reference_that_cannot_be_right_is_refused(value: Any, field: str, words: str) -> None:
    with pytest.raises(Refused) as error:
        resolved(value)
    assert (error.value.kind, error.value.field) == ("invalid", field)
    assert words in error.value.detail


@pytest.mark.parametrize(
    "value",
    [
        {},
        {"source": "wire"},
        "",
        "Wire Feed/1",
        "/1",
        {"source": "No Good", "source_id": "1"},
        {"id": WIRE},
        7,
    ],
)
def test_a_reference_that_names_no_sample_is_an_error(value: Any) -> None:
    with pytest.raises(ValidationError):
        SampleRef.model_validate(value)


def test_a_reference_is_named_as_it_was_written() -> None:
    assert reference_text(SampleRef.model_validate("wire/1")) == "source 'wire', source_id '1'"
    assert reference_text(SampleRef.model_validate(WIRE)) == repr(WIRE)
