"""Check numbers, ratings and free texts."""

from math import isclose

from shoal.answers.problems import Problem
from shoal.contracts.answers import NumberAnswer, RatingAnswer, TextAnswer
from shoal.contracts.label_schemas import NumberSchema, RatingSchema, TextSchema
from shoal.contracts.samples import Content


def number_problem(schema: NumberSchema, answer: NumberAnswer, _content: Content) -> Problem | None:
    """Return why a number does not fit; None if it is in the range and on a step."""
    if not schema.low <= answer.value <= schema.high:
        return _range_problem(answer.value, schema.low, schema.high)
    if schema.step is None or _is_on_step(answer.value - schema.low, schema.step):
        return None
    detail = f"{answer.value:g} is no step of {schema.step:g} from {schema.low:g}"
    near = schema.low + round((answer.value - schema.low) / schema.step) * schema.step
    return Problem(
        field="answer.value", detail=detail, fix=f"Send a step, such as {min(near, schema.high):g}"
    )


def rating_problem(schema: RatingSchema, answer: RatingAnswer, _content: Content) -> Problem | None:
    """Return why a rating does not fit; None if it is on the scale."""
    if schema.low <= answer.value <= schema.high:
        return None
    return _range_problem(answer.value, schema.low, schema.high)


def text_problem(schema: TextSchema, answer: TextAnswer, _content: Content) -> Problem | None:
    """Return why a text does not fit; None if it is neither empty nor too long."""
    if not answer.text.strip():
        detail, fix = "the text is empty", "Send a text, or skip the sample"
        return Problem(field="answer.text", detail=detail, fix=fix)
    if len(answer.text) <= schema.most_characters:
        return None
    detail = f"{len(answer.text)} characters, but the label schema allows {schema.most_characters}"
    return Problem(field="answer.text", detail=detail, fix="Send a shorter text")


def _is_on_step(distance: float, step: float) -> bool:
    steps = distance / step
    return isclose(steps, round(steps), rel_tol=1e-9, abs_tol=1e-6)


def _range_problem(value: float, low: float, high: float) -> Problem:
    detail = f"{value:g} is not in the range from {low:g} to {high:g}"
    return Problem(field="answer.value", detail=detail, fix=f"Send a number from {low:g} to {high:g}")
