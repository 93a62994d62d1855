"""The registry of models is the only source for rules of projects and for the docs."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from shoal_qa.domain.models import MODELS
from shoal_qa.domain.models.majority import Majority
from shoal_qa.usecases.rules import Rule

DOCS = Path(__file__).parents[4] / "docs" / "quality.md"


@pytest.mark.parametrize("model", MODELS)
def test_every_model_of_the_registry_may_be_a_rule_s(model: str) -> None:
    assert Rule(model=model).fit_options().model == model


def test_a_model_is_entered_in_the_registry_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValidationError, match="'newest' is unknown: use one of auto, majority"):
        Rule(model="newest")
    monkeypatch.setitem(MODELS, "newest", Majority())
    assert Rule(model="newest").model == "newest"
    assert "newest" in Rule.model_json_schema()["properties"]["model"]["enum"]


def test_the_docs_list_the_registry() -> None:
    text = DOCS.read_text(encoding="utf-8")
    table = text.partition("<!-- models: begin -->\n")[2].partition("\n<!-- models: end -->")[0]
    rows = [f"| `{name}` | {model.suits} |" for name, model in MODELS.items()]
    assert table == "\n".join(["| model | suits |", "|---|---|", *rows])
