"""Votes that agree with the right answer of their job.

An answer that is not a single class rarely equals another to the pixel. Whoever compares annotators takes a
vote within the tolerance of the right answer for that answer, in the service and over files alike.
"""

from collections.abc import Mapping, Sequence

from shoal.contracts.label_schemas import LabelSchema
from shoal_qa.usecases.answers.differences.distances import agrees_with

Triple = tuple[str, str, str]


def settled_votes(triples: Sequence[Triple], right: Mapping[str, str], schema: LabelSchema) -> list[Triple]:
    """Return the votes, those near the right answer of their job with its text.

    triples: (job, annotator, canonical text). right: canonical texts by job; votes on others do not change.
    """
    return [
        (job, annotator, right[job] if job in right and agrees_with(schema, right[job], text) else text)
        for job, annotator, text in triples
    ]
