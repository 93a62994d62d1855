"""Answers of every kind: checks, canonical texts and descriptions, the same ones for every door."""

from shoal.answers.canonical import canonical_answer, parse_canonical, stored_label
from shoal.answers.checks import Problem, answer_problem
from shoal.answers.descriptions import describe_answer
from shoal.answers.reading import read_answer
from shoal.answers.schemas import schema_problem
from shoal.answers.spans import marked_text
from shoal.answers.spellings import respelled_answer
from shoal.answers.uncertainty import prediction_uncertainty

__all__ = [
    "Problem",
    "answer_problem",
    "canonical_answer",
    "describe_answer",
    "marked_text",
    "parse_canonical",
    "prediction_uncertainty",
    "read_answer",
    "respelled_answer",
    "schema_problem",
    "stored_label",
]
