"""The names of encoders that ingest accepts are those that the embedder has."""

import pytest

from shoal.contracts.samples import ContentKind
from shoal.encoders import ENCODERS as NAMES
from shoal.encoders import encoder_name
from shoal_embedder.adapters.encoders import ENCODERS


def test_shared_code_names_every_encoder_of_the_embedder_and_no_other() -> None:
    assert list(NAMES.items()) == [(name, encoder.encodes) for name, encoder in ENCODERS.items()]


@pytest.mark.parametrize(
    ("kind", "encoders", "name"),
    [
        ("text", {}, "all-minilm-l6-v2"),
        ("image", {}, "efficientnet-lite0"),
        ("conversation", {}, "all-minilm-l6-v2"),
        ("conversation", {"text": None}, None),
        ("candidates", {"text": None, "candidates": "all-minilm-l6-v2"}, "all-minilm-l6-v2"),
        ("image", {"image": None}, None),
    ],
)
def test_a_kind_has_the_encoder_that_the_project_names_or_the_default(
    kind: ContentKind, encoders: dict[ContentKind, str | None], name: str | None
) -> None:
    assert encoder_name(kind, encoders) == name


def test_the_installations_encoder_of_texts_is_the_default() -> None:
    assert encoder_name("candidates", {}, "another") == "another"
    assert encoder_name("image", {}, "another") == "efficientnet-lite0"
