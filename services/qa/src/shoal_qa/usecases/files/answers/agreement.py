"""The agreement of a file's answers that are not single classes, with the distance of their kind."""

from typing import cast

import numpy as np

from shoal.files.errors import BadInput
from shoal_qa.domain.agreement.alpha import Level
from shoal_qa.domain.votes.arrays import NamedVotes
from shoal_qa.usecases.answers.differences.agreement import LEVELS, answer_agreement
from shoal_qa.usecases.files.agreement import Agreement
from shoal_qa.usecases.files.texts.written import WrittenAnswers


def written_agreement(
    named: NamedVotes, written: WrittenAnswers, *, level: str | None, rng: np.random.Generator
) -> Agreement:
    """Return the agreement of answers. written: the answer of each class of `named`. Raises BadInput."""
    scale = cast(Level, level) if level else LEVELS.get(written.schema.kind)
    try:
        alpha, tasks = answer_agreement(written.schema, named.votes, written.answers, level=scale, rng=rng)
    except ValueError as error:
        raise BadInput(f"{level}: {error}", field="level") from None
    return Agreement(alpha, tasks, None, scale or "")
