"""Errors of a file's labels that are not single classes, by votes or by predictions of other files."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace
from itertools import repeat
from types import MappingProxyType
from typing import Any

import numpy as np

from shoal.contracts.answers import Answer
from shoal.files.errors import BadInput
from shoal.wording import format_count
from shoal_qa.domain.votes.arrays import NamedVotes
from shoal_qa.usecases.files.texts.candidates import check_candidates, check_predicted
from shoal_qa.usecases.files.texts.misread_regions import warn_of_regions, warn_of_texts
from shoal_qa.usecases.files.texts.scored_answers import split_scores
from shoal_qa.usecases.files.texts.written import Where, WrittenAnswers
from shoal_qa.usecases.files.texts.written_answers import Bounds, read_written
from shoal_qa.usecases.files.texts.written_classes import Spelling, spelled_classes
from shoal_qa.usecases.label_errors.by_predictions import errors_by_predictions
from shoal_qa.usecases.label_errors.by_votes import JudgedLabel
from shoal_qa.usecases.label_errors.checked import CheckedDoubts, calibrate_doubts
from shoal_qa.usecases.label_errors.doubts import Doubt, ranked_doubts
from shoal_qa.usecases.label_errors.judged import judge_labels
from shoal_qa.usecases.label_errors.objects import ScoredAnswer

NO_GOLD: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerErrors:
    """The doubts about labels, the most probable error first.

    tasks: names. checked: numbers of the labels with gold. unseen: parts that all judged labels together lack
    without a doubt about it, by the checked ones. written: the labels' form.
    """

    tasks: Sequence[str]
    judged: int
    checked: Set[int]
    unseen: float
    doubts: Sequence[Doubt]
    written: WrittenAnswers

    def text_of(self, doubt: Doubt, part: Any) -> str:
        """Return an object, class or answer of a doubt in the form of the file; "" for None."""
        if part is None or isinstance(part, str):
            return part or ""
        if doubt.error == "answer":
            return self.written.write(part)
        answer: Any = self.written.answers[0]
        return self.written.write(answer.model_copy(update={answer.kind: (part,)}))


def file_errors_by_votes(
    shape: str,
    labels: Mapping[str, str],
    named: NamedVotes,
    *,
    where: Where,
    spelling: Spelling,
    bounds: Bounds = None,
    gold: Mapping[str, str] = NO_GOLD,
    model: str = "auto",
) -> AnswerErrors:
    """Return the errors of labels by votes. labels: texts by task, all of them tasks of `named`.

    where: returns the place of a text; labels come first, then the classes of `named`, then gold, the right
    answers of some labels. Raises BadInput.
    """
    tasks = list(labels)
    written = spelled_classes(
        read_written(shape, [*labels.values(), *named.classes, *gold.values()], where, bounds=bounds),
        replace(
            spelling, votes=[*repeat(1, len(labels)), *named.votes.votes_per_label(), *repeat(1, len(gold))]
        ),
    )
    check_candidates(shape, named, lambda at: where(len(labels) + at), spelling.warn)
    warn_of_regions(shape, named, spelling.warn, others={"the labels": labels, "gold": gold})
    votes, size = named.votes, len(tasks)
    order = np.argsort(votes.task, kind="stable")
    parts = np.split(order, np.cumsum(votes.votes_per_task())[:-1])
    number = {name: index for index, name in enumerate(named.tasks)}
    judged = [
        JudgedLabel(
            label=written.answers[at],
            annotator=votes.annotator[rows].tolist(),
            votes=[written.answers[size + label] for label in votes.label[rows]],
        )
        for at, rows in enumerate(parts[number[task]] for task in tasks)
    ]
    right = _right_answers(tasks, written, gold)
    checked_doubts = judge_labels(
        written.schema, judged, right, annotators=len(named.annotators), model=model
    )
    return _answer_errors(tasks, written, checked_doubts, judged=size, checked=set(right))


def file_errors_by_predictions(
    shape: str,
    labels: Mapping[str, str],
    predictions: Mapping[str, str],
    *,
    where: Where,
    spelling: Spelling,
    bounds: Bounds = None,
    gold: Mapping[str, str] = NO_GOLD,
) -> AnswerErrors:
    """Return the errors of labels by a model's predictions. Both: texts by task.

    where: returns the place of a text; labels come first, then predictions, then gold, the right answers of
    some labels. Raises BadInput.
    """
    tasks, size = list(labels), len(labels)
    plain, scores = split_scores(shape, list(predictions.values()), lambda at: where(size + at))
    written = spelled_classes(
        read_written(shape, [*labels.values(), *plain, *gold.values()], where, bounds=bounds), spelling
    )
    number = {task: size + at for at, task in enumerate(predictions)}
    check_predicted(shape, labels, predictions, lambda task: where(number[task]))
    others = dict(zip(predictions, plain, strict=True))
    warn_of_texts(shape, {"the labels": labels, "the predictions": others, "gold": gold}, spelling.warn)
    by_task = {
        task: _scored_answer(written.answers[size + at], scores[at], where(size + at))
        for at, task in enumerate(predictions)
    }
    answers = [by_task.get(task) for task in tasks]
    doubts = errors_by_predictions(written.schema, written.answers[:size], answers)
    judged = {task for task, answer in enumerate(answers) if answer is not None}
    right = {at: answer for at, answer in _right_answers(tasks, written, gold).items() if at in judged}
    checked_doubts = calibrate_doubts(written.schema, written.answers[:size], doubts, right)
    return _answer_errors(tasks, written, checked_doubts, judged=len(judged), checked=set(right))


def _right_answers(
    tasks: Sequence[str], written: WrittenAnswers, gold: Mapping[str, str]
) -> dict[int, Answer]:
    """Return the right answers by number of the label; they are the last ones of `written`."""
    number = {name: task for task, name in enumerate(tasks)}
    right = written.answers[len(written.answers) - len(gold) :]
    return {number[name]: answer for name, answer in zip(gold, right, strict=True)}


def _answer_errors(
    tasks: Sequence[str],
    written: WrittenAnswers,
    checked_doubts: CheckedDoubts,
    *,
    judged: int,
    checked: Set[int],
) -> AnswerErrors:
    return AnswerErrors(
        tasks=tasks,
        judged=judged,
        checked=checked,
        unseen=checked_doubts.unseen * judged,
        doubts=ranked_doubts(checked_doubts.doubts),
        written=written,
    )


def _scored_answer(answer: Answer, scores: Sequence[float], where: str) -> ScoredAnswer:
    """Return a prediction with one score for each part. Raises BadInput if they do not fit."""
    parts = getattr(answer, "labels" if answer.kind == "classes" else answer.kind, ()) if scores else ()
    if len(parts) != len(scores):
        raise BadInput(
            f"{where}: {format_count(len(scores), 'score')} of "
            f"{format_count(len(parts), 'class', 'classes')}: give each one once"
        )
    return ScoredAnswer(answer=answer, scores=scores)
