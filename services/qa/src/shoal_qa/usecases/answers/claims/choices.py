"""Pairs and ratings: an answer is one of a few choices, which models of single choices read.

The candidates of a pair have names of their own in every job, so that "the first" means nothing beyond the
job, and a model treats both sides alike. A tie is a choice like any other.
"""

from collections.abc import Sequence
from functools import cached_property

import numpy as np

from shoal.contracts.answers import Answer, PairAnswer, RatingAnswer
from shoal.contracts.label_schemas import PairSchema, RatingSchema
from shoal_qa.domain.answers.claims import Claims
from shoal_qa.domain.votes.arrays import Floats
from shoal_qa.usecases.answers.merged import Merged

SIDES = 2  # of a pair; the third choice is a tie


class _Choices:
    """The answers of one job. votes: the choice of each. choices: in order; None where nobody can name it."""

    may_miss = False
    unclaimed = 0
    alike = 0

    def __init__(self, votes: Sequence[int], choices: Sequence[Answer | None]) -> None:
        self._votes, self._choices = votes, choices

    @cached_property
    def claims(self) -> Claims:
        """Return one claim for each choice."""
        assent = np.array(self._votes)[:, None] == np.arange(len(self._choices))
        return Claims(assent=assent, opinion=np.ones_like(assent), exclusive=True, alike=self.alike)

    def merge(self, believed: Floats, weight: Floats) -> Merged:
        """Return the most probable choice; of equal ones the first that was chosen."""
        del weight
        named = [(number, answer) for number, answer in enumerate(self._choices) if answer is not None]
        number, answer = max(named, key=lambda pair: (believed[pair[0]], pair[0] in self._votes))
        return Merged(answer=answer, probability=float(believed[number]))


class RatingChoices(_Choices):
    """The ratings of one job: a choice for each value of the scale."""

    def __init__(self, schema: RatingSchema, answers: Sequence[RatingAnswer]) -> None:
        scale = range(schema.low, schema.high + 1)
        votes = [answer.value - schema.low for answer in answers]
        super().__init__(votes, [RatingAnswer(value=value) for value in scale])


class PairChoices(_Choices):
    """The comparisons of one job: either side, or a tie. A side that nobody chose has no name here.

    Doors let two candidates in; a third one counts as neither side, like a tie.
    """

    alike = SIDES

    def __init__(self, schema: PairSchema, answers: Sequence[PairAnswer]) -> None:
        names = sorted({answer.choice for answer in answers if answer.choice is not None})[:SIDES]
        number = {name: side for side, name in enumerate(names)} | {None: SIDES}
        sides = [PairAnswer(choice=name) for name in names] + [None] * (SIDES - len(names))
        tied = any(answer.choice not in names for answer in answers)
        tie = PairAnswer(choice=None) if schema.ties or tied else None
        super().__init__([number.get(answer.choice, SIDES) for answer in answers], [*sides, tie])
