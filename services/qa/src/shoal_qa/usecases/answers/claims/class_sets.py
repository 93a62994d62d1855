"""Sets of classes: the claim of each class is that it applies.

Classes that nobody chose are claims too, all denied. Without them, models would see only the jobs on which
somebody chose a class, and take everybody's wrong choices for more frequent than they are.
"""

from collections.abc import Sequence
from functools import cached_property

import numpy as np

from shoal.contracts.answers import MOST_OBJECTS, ClassesAnswer
from shoal.contracts.label_schemas import MultiChoiceSchema
from shoal_qa.domain.answers.choosing import choose_alternatives
from shoal_qa.domain.answers.claims import Claims
from shoal_qa.domain.votes.arrays import Floats
from shoal_qa.usecases.answers.merged import Merged

MOST_CLASSES = 100  # of a schema whose every class is a claim; of more, those that somebody chose


class ClassSets:
    """The sets of classes of one job. Classes that exclude each other are one group of claims."""

    unclaimed = 0

    def __init__(self, schema: MultiChoiceSchema, answers: Sequence[ClassesAnswer]) -> None:
        self._most = schema.most or MOST_OBJECTS
        self._answers = [frozenset(answer.labels) for answer in answers]
        names = frozenset(item.name for item in schema.classes)
        self.may_miss = len(names) > MOST_CLASSES
        if self.may_miss:
            names = frozenset().union(*self._answers)
        together = {name: group for group, names in enumerate(schema.exclusive) for name in names}
        keys = {name: (0, together[name], "") if name in together else (1, 0, name) for name in names}
        self._names = sorted(keys, key=lambda name: (keys[name], name))
        number = {key: index for index, key in enumerate(sorted(set(keys.values())))}
        self._group = np.array([number[keys[name]] for name in self._names], np.int32)

    @property
    def names(self) -> Sequence[str]:
        """The class of each claim."""
        return self._names

    @cached_property
    def claims(self) -> Claims:
        """Return one claim for each class."""
        assent = np.array([[name in answer for name in self._names] for answer in self._answers], np.bool_)
        assent = assent.reshape(len(self._answers), len(self._names))
        return Claims(assent=assent, opinion=np.ones_like(assent))

    def merge(self, believed: Floats, weight: Floats) -> Merged:
        """Return the likely classes, the most probable ones if the schema allows fewer."""
        del weight
        choice = choose_alternatives(self._group, believed)
        likely = sorted(choice.claims.tolist(), key=lambda claim: (-believed[claim], claim))[: self._most]
        return Merged(
            answer=ClassesAnswer(labels=tuple(sorted(self._names[claim] for claim in likely))),
            probability=choice.probability,
            classes=dict(zip(self._names, believed.tolist(), strict=True)),
        )
