"""Label schemas with contradictions are refused with the field."""

from time import process_time
from typing import Any

import pytest
from pydantic import TypeAdapter

from shoal.answers import schema_problem
from shoal.contracts.label_schemas import LabelSchema

SCHEMA: TypeAdapter[Any] = TypeAdapter(LabelSchema)
TWO = [{"name": "a"}, {"name": "b"}]


@pytest.mark.parametrize(
    ("schema", "field"),
    [
        ({"classes": [{"name": "a"}, {"name": "a"}]}, "classes[1].name"),
        (
            {"classes": [{"name": "a", "shortcut": "x"}, {"name": "b", "shortcut": "x"}]},
            "classes[1].shortcut",
        ),
        ({"classes": [{"name": "a", "attributes": ["occluded"]}]}, "classes[0].attributes"),
        ({"kind": "boxes", "classes": [{"name": "a", "attributes": ["x", "x"]}]}, "classes[0].attributes"),
        ({"kind": "multi_choice", "classes": TWO, "exclusive": [["a", "c"]]}, "exclusive[0][1]"),
        ({"kind": "multi_choice", "classes": TWO, "exclusive": [["a", "a"]]}, "exclusive[0][1]"),
        ({"kind": "rating", "low": 5, "high": 5}, "high"),
        ({"kind": "rating", "low": 0, "high": 11}, "high"),
        ({"kind": "rating", "names": {"9": "best"}}, "names.9"),
        ({"kind": "number", "low": 1, "high": 1}, "high"),
        ({"kind": "number", "low": 0, "high": 10, "step": 11}, "step"),
        ({"kind": "number", "low": 0, "high": 1e15, "step": 0.1}, "step"),
        ({"kind": "number", "low": -1e15, "high": 1e15, "step": 5e-324}, "step"),
        ({"classes": [{"name": "a"}, {"name": " \t"}]}, "classes[1].name"),
        ({"kind": "boxes", "classes": [{"name": "a", "attributes": ["x", ""]}]}, "classes[0].attributes"),
    ],
)
def test_a_contradiction_is_refused(schema: dict[str, Any], field: str) -> None:
    problem = schema_problem(SCHEMA.validate_python(schema))
    assert problem is not None
    assert problem.field == f"label_schema.{field}"


@pytest.mark.parametrize(
    "schema",
    [
        {"classes": TWO},
        {"kind": "multi_choice", "classes": TWO, "exclusive": [["a", "b"]]},
        {"kind": "boxes", "classes": [{"name": "a", "attributes": ["occluded"]}]},
        {"kind": "rating", "low": -5, "high": 5, "names": {"-5": "bad"}},
        {"kind": "number", "low": 0, "high": 10, "step": 0.5},
        {"kind": "number", "low": 0, "high": 1e9, "step": 0.01},
        {"kind": "ranking"},
        {"kind": "pair"},
        {"kind": "text"},
    ],
)
def test_a_good_schema_has_no_problem(schema: dict[str, Any]) -> None:
    assert schema_problem(SCHEMA.validate_python(schema)) is None


def test_thousands_of_repeated_classes_are_found_at_once() -> None:
    schema = SCHEMA.validate_python({"classes": [{"name": f"n{number % 5000}"} for number in range(10_000)]})
    begin = process_time()  # the time on the clock grows with the work of others
    problem = schema_problem(schema)
    assert problem is not None
    assert problem.field == "label_schema.classes[5000].name"
    assert process_time() - begin < 0.9  # comparing each with all before it took 1.2 s on an idle machine
