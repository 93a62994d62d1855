"""Names that look like one of the schema's are that one; others stay what they are."""

import pytest

from shoal.answers import respelled_answer
from shoal.contracts.answers import Answer, ClassAnswer, ClassesAnswer, Span, SpansAnswer
from shoal.contracts.label_schemas import LabelClass, SpansSchema

COMPOSED, DECOMPOSED = "caf\u00e9", "cafe\u0301"
SCHEMA = SpansSchema(
    classes=(LabelClass(name=COMPOSED, attributes=(DECOMPOSED,)), LabelClass(name="a"), LabelClass(name="a "))
)


def spans(label: str, attribute: str) -> SpansAnswer:
    return SpansAnswer(spans=(Span(label=label, start=0, end=1, text="x", attributes=(attribute,)),))


@pytest.mark.parametrize(
    ("answer", "respelled"),
    [
        (ClassAnswer(label=f" {DECOMPOSED}\n"), ClassAnswer(label=COMPOSED)),
        (ClassesAnswer(labels=(DECOMPOSED, " a")), ClassesAnswer(labels=(COMPOSED, " a"))),  # of two classes
        (spans(DECOMPOSED, COMPOSED), spans(COMPOSED, DECOMPOSED)),
        (ClassAnswer(label="Caf\u00e9"), ClassAnswer(label="Caf\u00e9")),  # case may tell classes apart
    ],
)
def test_only_blanks_and_the_unicode_form_of_names_are_mended(answer: Answer, respelled: Answer) -> None:
    assert respelled_answer(SCHEMA, answer) == respelled
