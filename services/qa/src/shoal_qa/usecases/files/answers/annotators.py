"""Annotators of a file's answers that are not single classes, judged as the service judges them."""

from dataclasses import replace

import numpy as np

from shoal.answers import canonical_answer
from shoal_qa.domain.annotators.trust import TrustRule
from shoal_qa.domain.projects.findings import group_classes
from shoal_qa.domain.votes.arrays import UNKNOWN, Floats, NamedVotes
from shoal_qa.usecases.files.annotators import AnnotatorFindings, examine_annotators
from shoal_qa.usecases.files.answers.consensus import AnswerConsensus


def examine_answers(
    named: NamedVotes,
    consensus: AnswerConsensus,
    *,
    seconds: Floats | None,
    at: Floats | None,
    rng: np.random.Generator,
    rule: TrustRule,
) -> AnnotatorFindings:
    """Return the findings about each annotator; a vote near its task's gold or merged answer equals it.

    seconds, at: (votes,), as of `examine_annotators`. Raises BadInput if annotators are too many.
    """
    gold = {
        task: canonical_answer(answer)
        for task, answer in enumerate(consensus.answers)
        if consensus.is_gold[task]
    }
    number = {text: label for label, text in enumerate(sorted({*consensus.settled, *gold.values()}))}
    label = np.array([number[text] for text in consensus.settled], np.int32)
    votes = replace(named.votes, label=label, classes=len(number))
    right = np.full(votes.tasks, UNKNOWN, np.int32)
    right[list(gold)] = [number[text] for text in gold.values()]
    grouped, classes = group_classes(votes, right)
    return examine_annotators(grouped, classes, seconds=seconds, at=at, rng=rng, rule=rule)
