"""Texts, and labels among rankings and numbers: the claim of an answer is that it is right as a whole.

An answer supports all answers within the tolerance of its kind. Answers with the same supporters are one
claim. Texts may have one more candidate, which nobody need have given: a vote on each word.
"""

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np

from shoal.answers import canonical_answer
from shoal.contracts.answers import TextAnswer
from shoal.contracts.label_schemas import LabelSchema, TextSchema
from shoal_qa.domain.agreement.distances import relative_distance
from shoal_qa.domain.answers.claims import Claims
from shoal_qa.domain.shapes.wordings import vote_words
from shoal_qa.domain.votes.arrays import Floats
from shoal_qa.usecases.answers.differences.distances import distances_between, takes_many_steps, tolerance_of
from shoal_qa.usecases.answers.merged import Merged

FEWEST_WORDS, MOST_WORDS = 4, 300  # of texts whose words are put to the vote
SAME_WORDING = 0.3  # edit distance of texts that are wordings of the same


class WholeAnswers:
    """The answers of one job, each of which may be the right one."""

    may_miss = False
    unclaimed = 0

    def __init__(self, schema: LabelSchema, answers: Sequence[Any]) -> None:
        self._schema, self._answers = schema, answers
        texts = [canonical_answer(answer) for answer in answers]
        first = dict(zip(reversed(texts), reversed(answers), strict=True))
        merged = _merged_wording(schema, answers) if isinstance(schema, TextSchema) else None
        if merged is not None:
            first.setdefault(canonical_answer(merged), merged)
        candidates = sorted(first)
        distance, number = (
            distances_between(schema, candidates),
            {text: row for row, text in enumerate(candidates)},
        )
        self._distance = distance[[number[text] for text in texts]]
        self._kept = self._different_claims(candidates)
        self._candidates = [first[candidates[claim]] for claim in self._kept]

    def _different_claims(self, candidates: Sequence[str]) -> list[int]:
        """Return one candidate of each set of supporters, the nearest to them."""
        near, sums = self._distance <= tolerance_of(self._schema), self._distance.sum(axis=0).round(9)
        best: dict[bytes, int] = {}
        for claim in sorted(range(len(candidates)), key=lambda claim: (sums[claim], candidates[claim])):
            best.setdefault(near[:, claim].tobytes(), claim)
        return sorted(best.values())

    @cached_property
    def claims(self) -> Claims:
        """Return one claim for each set of supporters."""
        assent = self._distance[:, self._kept] <= tolerance_of(self._schema)
        return Claims(assent=assent, opinion=np.ones_like(assent))

    def merge(self, believed: Floats, weight: Floats) -> Merged:
        """Return the answer nearest to all: two that nearly agree are right, whoever gave them."""
        del weight
        sums = self._distance[:, self._kept].mean(axis=0).round(9)
        claim = min(range(len(sums)), key=lambda at: (sums[at], -believed[at], at))
        return Merged(answer=self._candidates[claim], probability=float(believed[claim]))


def _merged_wording(schema: TextSchema, answers: Sequence[TextAnswer]) -> TextAnswer | None:
    """Return a vote on each word if most texts are wordings of the same.

    None for short and long texts, and for many.
    """
    words = [answer.text.split() for answer in answers]
    if len(words) <= 2 or not all(FEWEST_WORDS <= len(text) <= MOST_WORDS for text in words):
        return None
    texts = [answer.text for answer in answers]
    if takes_many_steps(texts):
        return None
    distance = np.array([[relative_distance(one, other) for other in texts] for one in texts])
    middle = int(distance.sum(axis=1).argmin())
    if float(np.median(distance[middle])) > SAME_WORDING:
        return None
    merged = " ".join(vote_words(words, middle))
    return TextAnswer(text=merged) if 0 < len(merged) <= schema.most_characters else None
