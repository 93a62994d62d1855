"""Check numbers, ratings and free texts."""

from math import ulp

from shoal.answers.canonical import round_number
from shoal.answers.problems import Problem
from shoal.contracts.answers import NumberAnswer, RatingAnswer, TextAnswer
from shoal.contracts.label_schemas import NumberSchema, RatingSchema, TextSchema
from shoal.contracts.samples import Content

_LEAST_SLACK = 1e-6


def number_problem(schema: NumberSchema, answer: NumberAnswer, _content: Content) -> Problem | None:
    """Return why a number does not fit; None if it is in the range and on a step."""
    value = round_number(answer.value)
    if not round_number(schema.low) <= value <= round_number(schema.high):
        return _range_problem(answer.value, schema.low, schema.high)
    if schema.step is None or _is_on_step(schema, schema.step, answer.value):
        return None
    detail = f"{answer.value:.15g} is no step of {schema.step:g} from {schema.low:g}"
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


def step_slack(schema: NumberSchema) -> float:
    """Return how far from a step a number on it may be, as a share of a step; 0 for a schema without steps.

    Ends and numbers are rounded to floating-point numbers; so is what people compute from them.
    """
    if schema.step is None:
        return 0.0
    return _LEAST_SLACK + 2 * ulp(max(abs(schema.low), abs(schema.high))) / schema.step


def _is_on_step(schema: NumberSchema, step: float, value: float) -> bool:
    slack = step_slack(schema)
    if slack >= 0.5:  # of a schema from before such steps were refused
        return True
    steps = (value - schema.low) / step
    return abs(steps - round(steps)) <= slack


def _range_problem(value: float, low: float, high: float) -> Problem:
    scale = f"from {low:.15g} to {high:.15g}"
    detail = f"{value:.15g} is not in the range {scale}"
    return Problem(field="answer.value", detail=detail, fix=f"Send a number {scale}")
