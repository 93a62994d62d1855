"""Right answers beside votes: both name their tasks and labels, and must mean the same names."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from shoal.classes.matching import Match, match_names, refuse_strangers
from shoal.classes.order import ordered_classes
from shoal.files.errors import BadInput
from shoal.files.spelling import joined_names
from shoal.wording import format_count
from shoal_qa.adapters.files.votes import Gold, VotesFile, Warn
from shoal_qa.domain.votes.arrays import UNKNOWN, Ints, NamedVotes

VOTES = "the votes"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """Right answers in the names of the votes, for tasks of the votes. facts: what was joined, in words."""

    answers: Mapping[str, str]
    facts: Sequence[str] = ()

    def classes(self, named: NamedVotes) -> Ints:
        """Return the class of each task or UNKNOWN: (tasks,)."""
        number = {name: index for index, name in enumerate(named.classes)}
        get = self.answers.get
        return np.array([number.get(get(task, ""), UNKNOWN) for task in named.tasks], dtype=np.int32)


def match_answers(
    gold: Gold, votes: VotesFile, warn: Warn, *, what: str = "gold", join: bool = False
) -> Answers:
    """Return right answers in the names of the votes. join: whether to join spellings.

    Raises BadInput if no task, or no label, is a name in the votes, and for two answers to one task. Warns of
    tasks without votes and of labels that nobody voted for.
    """
    if not gold.answers:
        return Answers(answers={})
    subject = what if gold.sheet is None else str(gold.sheet)
    tasks, answers = _matched_tasks(gold, votes, warn, what=what, join=join)
    labels = match_names(answers.values(), votes.named.classes, join=join)
    refuse_strangers(labels, subject, here=what, there=VOTES, noun="labels")
    if labels.missing:
        count = f"{len(labels.missing):,} of {format_count(len(labels.names), 'label')}"
        warn(
            f"{subject}: {count} were never voted ({labels.examples(what, VOTES)}): "
            f"{labels.way_to_mend('labels')}; only their own tasks get them"
        )
    spelling = {**(joined_names(labels.missing, {}) if join else {}), **labels.joined}
    return Answers(
        answers={task: spelling.get(label, label) for task, label in answers.items()},
        facts=[*(f"tasks {fact}" for fact in tasks.facts()), *(f"labels {fact}" for fact in labels.facts())],
    )


def match_tasks(
    gold: Gold, votes: VotesFile, warn: Warn, *, what: str = "gold", join: bool = False
) -> Mapping[str, str]:
    """Return right answers by the votes' names of tasks; answers are no names, such as numbers or boxes.

    Raises BadInput if no task is a name in the votes, and for two answers to one task.
    """
    return _matched_tasks(gold, votes, warn, what=what, join=join)[1] if gold.answers else {}


def _matched_tasks(
    gold: Gold, votes: VotesFile, warn: Warn, *, what: str, join: bool
) -> tuple[Match, dict[str, str]]:
    subject = what if gold.sheet is None else str(gold.sheet)
    for warning in gold.warnings:
        warn(warning)
    tasks = match_names(gold.answers, votes.named.tasks, join=join)
    refuse_strangers(tasks, subject, here=what, there=VOTES, noun="tasks")
    _warn_of_tasks(tasks, subject, what, warn)
    return tasks, _answers_by_task(gold.answers, tasks, subject)


def with_classes_of(votes: VotesFile, *answers: Answers) -> VotesFile:
    """Return the votes with the classes of right answers among theirs."""
    old = votes.named
    names = ordered_classes([*old.classes, *(label for gold in answers for label in gold.answers.values())])
    if names == old.classes:
        return votes
    number = {name: index for index, name in enumerate(names)}
    index = np.array([number[name] for name in old.classes], np.int32)
    arrays = replace(old.votes, label=index[old.votes.label], classes=len(names))
    return replace(votes, named=replace(old, votes=arrays, classes=names))


def _warn_of_tasks(tasks: Match, subject: str, what: str, warn: Warn) -> None:
    if tasks.missing:
        count = f"{len(tasks.missing):,} of {format_count(len(tasks.names), 'task')} have no votes"
        alike = f" ({tasks.examples(what, VOTES)}): {tasks.way_to_mend('tasks')}" if tasks.partners else ""
        warn(f"{subject}: {count}{alike or f', for example {min(tasks.missing)!r}'}")


def _answers_by_task(answers: Mapping[str, str], tasks: Match, subject: str) -> dict[str, str]:
    missing, by_task = set(tasks.missing), dict[str, str]()
    for name, answer in answers.items():
        task = tasks.joined.get(name, name)
        if name not in missing and by_task.setdefault(task, answer) != answer:
            fault = f"task {task!r} has two answers, {by_task[task]!r} and {answer!r}"
            raise BadInput(f"{subject}: {fault}, as another spelling of it counts: give one right answer")
    return by_task
