"""Every operation of every service describes itself: bodies, answers, problems, keys, examples."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from shoal_gateway.http.app import make_app as make_gateway
from shoal_ingest.http.app import make_app as make_ingest
from shoal_qa.http.app import make_app as make_qa
from shoal_sampler.http.app import make_app as make_sampler

DOCUMENTS: dict[str, dict[str, Any]] = {
    name: make(None).openapi()  # type: ignore[arg-type]
    for name, make in {
        "ingest": make_ingest,
        "labeling-gateway": make_gateway,
        "qa": make_qa,
        "sampler": make_sampler,
    }.items()
}
OPEN = {"receive_webhook", "show_media"}  # a signature in place of a key
EMPTY = {("log_kserve", "200")}  # KServe's logger reads nothing but the status
FILES = {"download_file", "show_media"}  # their answers are bytes
BYTES = {"type": "string", "format": "binary"}
PROBLEM = "application/problem+json"
LINES = {"application/x-ndjson"}  # progress of long work, for callers that accept it


@dataclass(frozen=True)
class Operation:
    service: str
    method: str
    path: str
    body: dict[str, Any]

    @property
    def name(self) -> str:
        return str(self.body["operationId"])

    def resolve(self, schema: dict[str, Any]) -> dict[str, Any]:
        """Follow a reference."""
        if "$ref" not in schema:
            return schema
        return dict(DOCUMENTS[self.service]["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]])

    def problems(self, schema: dict[str, Any], value: Any) -> list[str]:
        """Return in what a value differs from a schema of this document."""
        whole = {**schema, "components": DOCUMENTS[self.service]["components"]}
        return [error.message for error in Draft202012Validator(whole).iter_errors(value)]


def operations() -> Iterator[Operation]:
    for service, document in DOCUMENTS.items():
        for path, methods in document["paths"].items():
            for method, body in methods.items():
                yield Operation(service, method.upper(), path, body)


every_operation = pytest.mark.parametrize(
    "operation", list(operations()), ids=lambda each: f"{each.service}:{each.name}"
)


def contents(holder: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    yield from holder.get("content", {}).items()


def examples_of(operation: Operation, content: dict[str, Any]) -> list[Any]:
    schema = operation.resolve(content["schema"])
    named = [example["value"] for example in content.get("examples", {}).values()]
    single = [content["example"]] if "example" in content else []
    parts = [operation.resolve(part) for part in (schema, *schema.get("anyOf", []))]
    return named + single + [example for part in parts for example in part.get("examples", [])]


@every_operation
def test_an_operation_has_a_name_a_line_and_a_description(operation: Operation) -> None:
    assert re.fullmatch(r"[a-z]+(_[a-z]+)+", operation.name)
    assert 5 < len(operation.body["summary"]) < 60
    assert operation.body["summary"][0].isupper()
    assert operation.body["description"]
    assert operation.body["tags"]


def test_no_two_operations_of_a_service_share_a_name() -> None:
    names = [(operation.service, operation.name) for operation in operations()]
    assert len(names) == len(set(names))


@every_operation
def test_a_success_has_a_schema_and_an_example(operation: Operation) -> None:
    successes = {code: answer for code, answer in operation.body["responses"].items() if code < "300"}
    assert successes
    for code, answer in successes.items():
        if code == "204" or (operation.name, code) in EMPTY:
            assert "content" not in answer
            continue
        if operation.name in FILES:
            assert all(content["schema"] in ({}, BYTES) for _, content in contents(answer))
            continue
        described = dict(contents(answer))
        content = described.pop("application/json")
        assert all(media_type in LINES and other["example"] for media_type, other in described.items())
        schema = operation.resolve(content["schema"])
        assert schema.get("properties"), f"{code} is untyped"
        examples = examples_of(operation, content)
        assert examples, f"{code} has no example"
        assert [operation.problems(content["schema"], example) for example in examples] == [[]] * len(
            examples
        )


@every_operation
def test_a_body_has_a_schema_and_an_example(operation: Operation) -> None:
    body = operation.body.get("requestBody")
    if body is None:
        assert operation.method in ("GET", "DELETE") or operation.path.endswith(
            ("/pause", "/resume", "/finish", "/rebuild")
        )
        return
    for _, content in contents(body):
        assert operation.resolve(content["schema"])
        if content["schema"] == BYTES:
            continue
        examples = examples_of(operation, content)
        assert examples
        assert [operation.problems(content["schema"], example) for example in examples] == [[]] * len(
            examples
        )


@every_operation
def test_every_error_is_a_problem(operation: Operation) -> None:
    errors = {code: answer for code, answer in operation.body["responses"].items() if code >= "400"}
    for answer in errors.values():
        ((media_type, content),) = contents(answer)
        assert media_type == PROBLEM
        assert {"type", "title", "status", "detail", "field", "fix"} <= set(
            operation.resolve(content["schema"])["properties"]
        )


@every_operation
def test_the_problems_that_follow_from_its_shape_are_there(operation: Operation) -> None:
    codes = set(operation.body["responses"])
    expected = {"503"}
    if operation.name not in OPEN:
        assert operation.body["security"], "anyone may call it"
        expected |= {"401", "403"}
    if "{" in operation.path:
        expected |= {"404"}
    if operation.body.get("parameters"):
        expected |= {"422"}
    if "requestBody" in operation.body:
        expected |= {"400", "422"}
    assert expected <= codes


@every_operation
def test_every_parameter_is_described(operation: Operation) -> None:
    for parameter in operation.body.get("parameters", []):
        assert parameter.get("description"), parameter["name"]
        assert (
            parameter["schema"].get("type")
            or parameter["schema"].get("anyOf")
            or parameter["schema"].get("$ref")
        )


def test_the_walk_fails_on_an_untyped_operation() -> None:
    plain = {"responses": {"200": {"content": {"application/json": {"schema": {}}}}}, "operationId": "x"}
    with pytest.raises(AssertionError):
        test_a_success_has_a_schema_and_an_example(Operation("ingest", "GET", "/", plain))
    with pytest.raises(KeyError):
        test_the_problems_that_follow_from_its_shape_are_there(Operation("ingest", "GET", "/", plain))
