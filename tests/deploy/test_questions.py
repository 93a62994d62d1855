"""The questions of docs/metrics.md are answered by series that services export."""

import pytest

from deploy.promkit import exported_series, expression_faults
from shoal.catalog.questions import QUESTIONS


def single_queries(answer: str) -> list[str]:
    """Return the queries of an answer, each in one text."""
    queries: list[str] = []
    for line in answer.splitlines():
        if line.startswith(" "):
            queries[-1] += f"\n{line}"
        else:
            queries.append(line)
    return queries


ANSWERS = [
    (question, query)
    for questions in QUESTIONS.values()
    for question, answer in questions
    for query in single_queries(answer)
]


@pytest.mark.parametrize(("question", "query"), ANSWERS)
def test_a_question_is_answered_by_series_that_are_exported(question: str, query: str) -> None:
    assert expression_faults(query, exported_series()) == []


def test_an_answer_that_names_no_series_is_found() -> None:
    assert expression_faults("rate(shoal_qa_labels_totl[1h])", exported_series())
