"""The label schema and the routing of jobs."""

import pytest

from shoal_gateway.domain.label_schema import CLASS, AnswerProblem
from shoal_gateway.domain.routing import IN_HOUSE, UnknownProvider, choose_provider
from shoal_gateway.domain.tasks import Datum
from shoal_gateway.usecases.label_types import read_schema

TEXT = Datum(text="a text")


def check(label: str | None, *names: str) -> AnswerProblem | None:
    classes = [{"name": name} for name in names or ("earn", "acq", "crude")]
    return read_schema({"kind": "single_choice", "classes": classes}).check(label, CLASS, TEXT)


def test_a_known_label_is_an_answer() -> None:
    assert check("acq") is None


def test_an_unknown_label_is_refused_with_the_allowed_ones_and_the_closest() -> None:
    problem = check("earnn")
    assert problem is not None
    assert (problem.reason, problem.field) == ("unknown_label", "answer.label")
    assert "did you mean 'earn'" in problem.fix
    assert "earn, acq, crude" in problem.fix


def test_labels_are_exact() -> None:
    problem = check("Earn ")
    assert problem is not None
    assert "did you mean 'earn'" in problem.fix


def test_a_missing_label_is_named() -> None:
    problem = check(None)
    assert problem is not None
    assert problem.reason == "missing_label"


def test_a_huge_schema_lists_its_first_classes() -> None:
    problem = check("zzz", *(f"c{index:03}" for index in range(250)))
    assert problem is not None
    assert "c019" in problem.fix
    assert "c020" not in problem.fix
    assert "230 more" in problem.fix


def test_the_job_names_its_provider_before_the_project_does() -> None:
    assert choose_provider("acme", "other", {"acme", "other"}) == "acme"
    assert choose_provider(None, "other", {"other"}) == "other"
    assert choose_provider(None, None, ()) == IN_HOUSE
    assert choose_provider(IN_HOUSE, "other", {"other"}) == IN_HOUSE


def test_an_unknown_provider_is_refused() -> None:
    with pytest.raises(UnknownProvider, match="nobody"):
        choose_provider("nobody", None, {"acme"})
