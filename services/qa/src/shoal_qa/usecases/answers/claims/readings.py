"""What the answers of one job claim, by kind of label schema."""

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from shoal.contracts.answers import Answer
from shoal.contracts.label_schemas import LabelSchema, PairSchema, RatingSchema
from shoal_qa.domain.answers.claims import Claims
from shoal_qa.domain.answers.odds import Odds
from shoal_qa.domain.votes.arrays import Floats
from shoal_qa.usecases.answers.claims.choices import PairChoices, RatingChoices
from shoal_qa.usecases.answers.claims.class_sets import ClassSets
from shoal_qa.usecases.answers.claims.regions import BoxObjects, PolygonObjects, SpanObjects
from shoal_qa.usecases.answers.claims.whole import WholeAnswers
from shoal_qa.usecases.answers.kinds import OBJECT_KINDS
from shoal_qa.usecases.answers.merged import Merged


class Reading(Protocol):
    """The answers of one job, read as claims."""

    @property
    def claims(self) -> Claims:
        """Return the claims of the answers."""
        ...

    @property
    def may_miss(self) -> bool:
        """Return whether an answer may lack something that nobody claimed."""
        ...

    @property
    def unclaimed(self) -> int:
        """Return the number of places of a job where somebody might have claimed something, and nobody did.

        Only claims that somebody made are seen, so that wrong ones seem frequent, and two people who make
        the same one by accident likely. Claims that all deny correct that.
        """
        ...

    def merge(self, believed: Floats, weight: Floats) -> Merged:
        """Return the most probable answer, and the probability that all its claims are right.

        believed: (claims,), probabilities. weight: (answers,), from the skill of those who gave them.
        """
        ...


_READINGS: dict[str, Callable[[Any, Sequence[Any]], Reading]] = {
    "single_choice": WholeAnswers,
    "multi_choice": ClassSets,
    "pair": PairChoices,
    "rating": RatingChoices,
    "ranking": WholeAnswers,
    "number": WholeAnswers,
    "text": WholeAnswers,
    "boxes": BoxObjects,
    "polygons": PolygonObjects,
    "spans": SpanObjects,
}


_OF_OBJECTS = Odds(slope=1.1)  # nobody's wrong object lies where another's does, so they are surer


def choice_names(schema: LabelSchema) -> tuple[str, ...]:
    """Return the choices that models of this kind know: no and yes of a claim, or the answers."""
    if isinstance(schema, RatingSchema):
        return tuple(str(value) for value in range(schema.low, schema.high + 1))
    return ("first", "second", "tie") if isinstance(schema, PairSchema) else ("no", "yes")


def default_odds(schema: LabelSchema) -> Odds:
    """Return the calibration of whole answers before gold; cautious, since it looks at no distances."""
    return _OF_OBJECTS if schema.kind in OBJECT_KINDS else Odds()


def read_answers(schema: LabelSchema, answers: Sequence[Answer]) -> Reading:
    """Return the reading of a job's answers, at least one, all of the schema's kind and no skips."""
    return _READINGS[schema.kind](schema, answers)
