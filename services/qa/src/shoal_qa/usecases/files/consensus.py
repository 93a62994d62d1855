"""The consensus of a file of votes: labels to be written, and the facts that a report shows."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from shoal_qa.domain.calibration.reliability import Reliability, reliability
from shoal_qa.domain.consensus import Consensus, Options
from shoal_qa.domain.stopping.rule import Action
from shoal_qa.domain.votes.arrays import UNKNOWN, Floats, Ints, NamedVotes, VoteArrays
from shoal_qa.usecases.files.annotators import People
from shoal_qa.usecases.files.facts import Facts, Hard, Person

HARDEST = 15
ACTIONS = [each.name.lower() for each in Action]
MOST_BINS = 10
FEWEST_IN_BIN = 20
TINY = 1e-12


@dataclass(frozen=True, slots=True)
class Support:
    """How many votes each task has, and the share of them that say its label: (tasks,); NaN without votes."""

    votes: Ints
    agreement: Floats


def support(votes: VoteArrays, label: Ints) -> Support:
    """Return what stands behind labels. label: (tasks,)."""
    count = votes.votes_per_task()
    same = np.bincount(votes.task, votes.label == label[votes.task], votes.tasks)
    return Support(count, np.where(count > 0, same / np.maximum(count, 1), np.nan))


def facts_of(
    named: NamedVotes,
    known: Ints,
    *,
    found: Consensus,
    options: Options,
    actions: Sequence[str],
    people: People | None,
    source: str,
) -> Facts:
    """Return what the report shows. actions: (tasks,)."""
    open_tasks = (found.label != UNKNOWN) & (known == UNKNOWN)
    return Facts(
        source=source,
        votes=len(named.votes),
        tasks=len(named.tasks),
        classes=named.classes,
        gold=int((known != UNKNOWN).sum()),
        model=found.fitted.name,
        reason=reason(found),
        panel=_panel(found),
        actions={name: count for name in ACTIONS if (count := actions.count(name))},
        expected=float(found.probability[open_tasks].mean()) if open_tasks.any() else None,
        reliability=_reliability(found),
        rule=rule_of(options, bool(open_tasks.any())),
        certificate=found.certificate if open_tasks.any() else None,
        annotators=len(named.annotators),
        people=[] if people is None else _people(people, named.annotators),
        confusion=None if found.confusion is None else _by_truth(found.confusion),
        hardest=_hardest(named, known, found, actions),
    )


def actions_of(found: Consensus) -> list[str]:
    """Return the next step of each task: accept, more, review or futile."""
    return [ACTIONS[each] for each in found.action.tolist()]


def reason(found: Consensus) -> str:
    """Return in a sentence how the models came to their weights."""
    if len(found.evidence) == 1:
        return "asked for by name; auto would hear several models."
    if found.gold is None:
        return (
            "no answer is known: models weigh by how often they agree with what the others say together, since those "
            "that are right agree, and errors differ."
        )
    first = max(found.evidence, key=lambda each: each.weight)
    told = "" if first.accuracy is None else f", right on {100 * first.accuracy:.1f} % of them"
    return (
        "models weigh by how well they foretell known answers that they were not told; most weight has "
        f"{first.model}{told}."
    )


def rule_of(options: Options, left: bool) -> str:
    """Return in words by what labels are accepted. left: whether there are tasks whose answer is not known."""
    if not left:
        return "every answer is known, nothing is left to accept by votes"
    if options.target_precision is None:
        least = f"labels with a probability of {options.accept_probability:g} and more are accepted"
        return f"{least}; nothing is promised of them without gold and a target"
    goal = f"{100 * options.target_precision:g} % right with {100 * options.confidence:g} % confidence"
    return f"labels are accepted where known answers bear out {goal}"


def _reliability(found: Consensus) -> Reliability | None:
    if found.gold is None or not len(found.gold.task):
        return None
    bins = min(MOST_BINS, max(1, len(found.gold.task) // FEWEST_IN_BIN))
    return reliability(found.gold.probability, found.gold.right, bins)


def _panel(found: Consensus) -> list[tuple[str, dict[str, float | None]]]:
    return [
        (
            each.model,
            {
                "weight": each.weight,
                "says what auto says": each.agreement,
                "right on known answers": each.accuracy,
                "log loss": each.log_loss,
            },
        )
        for each in found.evidence
    ]


def _by_truth(confusion: Floats) -> Floats:
    return np.asarray(confusion / np.maximum(confusion.sum(axis=1, keepdims=True), TINY))


def _people(people: People, names: Sequence[str]) -> list[Person]:
    skill = people.skill
    return [
        Person(
            name=names[a],
            votes=int(people.votes[a]),
            skill=float(skill.rate[a]),
            low=float(skill.low[a]),
            high=float(skill.high[a]),
        )
        for a in np.argsort(skill.rate, kind="stable").tolist()
    ]


def _hardest(named: NamedVotes, known: Ints, found: Consensus, actions: Sequence[str]) -> list[Hard]:
    """Return the tasks with votes and without gold whose label is least probable, those with most votes first."""
    count = named.votes.votes_per_task()
    asked = np.flatnonzero((count > 0) & (known == UNKNOWN))
    chosen = asked[np.lexsort((-count[asked], found.probability[asked]))][:HARDEST].tolist()
    said = _said(named.votes, chosen, named.classes)
    return [
        Hard(
            task=named.tasks[task],
            label=named.classes[found.label[task]],
            probability=float(found.probability[task]),
            votes=said[task],
            action=actions[task],
        )
        for task in chosen
    ]


def _said(votes: VoteArrays, tasks: Sequence[int], classes: Sequence[str]) -> dict[int, str]:
    """Return the votes of some tasks in words, most first."""
    wanted = np.isin(votes.task, tasks)
    task, label = votes.task[wanted], votes.label[wanted]
    said = {}
    for each in tasks:
        names, counts = np.unique(label[task == each], return_counts=True)
        ranked = np.argsort(-counts, kind="stable")
        said[each] = ", ".join(f"{counts[i]} x {classes[names[i]]}" for i in ranked)
    return said
