"""The consensus of a file of votes: next steps, and the facts of the report."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from shoal_qa.domain.calibration.reliability import Reliability, reliability
from shoal_qa.domain.consensus import Consensus, Options
from shoal_qa.domain.stopping.rule import Action
from shoal_qa.domain.votes.arrays import UNKNOWN, Floats, Ints, NamedVotes, VoteArrays
from shoal_qa.usecases.files.annotators import AnnotatorFindings
from shoal_qa.usecases.files.facts import AnnotatorSkill, Facts, HardTask

HARDEST = 15
ACTIONS = [action.name.lower() for action in Action]
MOST_BINS = 10
FEWEST_IN_BIN = 20
TINY = 1e-12


@dataclass(frozen=True, slots=True)
class Support:
    """Number of votes of each task, and their share for its label: (tasks,), NaN without votes."""

    votes: Ints
    agreement: Floats


def support_of(votes: VoteArrays, label: Ints) -> Support:
    """Return the votes behind labels. label: (tasks,)."""
    count = votes.votes_per_task()
    same = np.bincount(votes.task, votes.label == label[votes.task], votes.tasks)
    return Support(count, np.where(count > 0, same / np.maximum(count, 1), np.nan))


def facts_of(
    named: NamedVotes,
    gold: Ints,
    *,
    consensus: Consensus,
    options: Options,
    actions: Sequence[str],
    people: AnnotatorFindings | None,
    source: str,
) -> Facts:
    """Return the facts of the report. actions: (tasks,)."""
    open_tasks = (consensus.label != UNKNOWN) & (gold == UNKNOWN)
    return Facts(
        source=source,
        votes=len(named.votes),
        tasks=len(named.tasks),
        classes=named.classes,
        gold=int((gold != UNKNOWN).sum()),
        model=consensus.fitted.name,
        reason=reason_for_weights(consensus),
        panel=_panel_figures(consensus),
        actions={name: count for name in ACTIONS if (count := actions.count(name))},
        expected=float(consensus.probability[open_tasks].mean()) if open_tasks.any() else None,
        reliability=_reliability_on_gold(consensus),
        rule=rule_of(options, bool(open_tasks.any())),
        certificate=consensus.certificate if open_tasks.any() else None,
        annotators=len(named.annotators),
        people=[] if people is None else _annotator_skills(people, named.annotators),
        confusion=None if consensus.confusion is None else shares_by_truth(consensus.confusion),
        hardest=_hardest_tasks(named, gold, consensus, actions),
    )


def actions_of(consensus: Consensus) -> list[str]:
    """Return the next step of each task: accept, more, review or futile."""
    return [ACTIONS[action] for action in consensus.action.tolist()]


def reason_for_weights(consensus: Consensus) -> str:
    """Return a sentence about the weights of the models."""
    if len(consensus.evidence) == 1:
        return "chosen by name; the model auto would combine several models."
    if consensus.gold is None:
        return (
            "there is no gold, so a model weighs more the more often it agrees with the other models together: "
            "right answers agree, errors differ."
        )
    first = max(consensus.evidence, key=lambda member: member.weight)
    accuracy = "" if first.accuracy is None else f", right on {100 * first.accuracy:.1f} % of them"
    return (
        "a model weighs more the better it predicts gold answers that it did not see; the highest weight has "
        f"{first.model}{accuracy}."
    )


def rule_of(options: Options, left: bool) -> str:
    """Return the rule of acceptance in words. left: whether there are tasks without gold."""
    if not left:
        return "every task is gold, so no label is accepted by its votes"
    if options.target_precision is None:
        least = f"labels with a probability of at least {options.accept_probability:g} are accepted"
        return f"{least}; a guarantee needs gold and a target"
    goal = f"{100 * options.target_precision:g} % right with {100 * options.confidence:g} % confidence"
    return f"labels are accepted if gold confirms {goal}"


def _reliability_on_gold(consensus: Consensus) -> Reliability | None:
    if consensus.gold is None or not len(consensus.gold.task):
        return None
    bins = min(MOST_BINS, max(1, len(consensus.gold.task) // FEWEST_IN_BIN))
    return reliability(consensus.gold.probability, consensus.gold.right, bins)


def _panel_figures(consensus: Consensus) -> list[tuple[str, dict[str, float | None]]]:
    return [
        (
            member.model,
            {
                "weight": member.weight,
                "agrees with auto": member.agreement,
                "right on gold": member.accuracy,
                "log loss": member.log_loss,
            },
        )
        for member in consensus.evidence
    ]


def shares_by_truth(confusion: Floats) -> Floats:
    """Return the rows of a confusion matrix as shares: (classes, classes)."""
    return np.asarray(confusion / np.maximum(confusion.sum(axis=1, keepdims=True), TINY))


def _annotator_skills(people: AnnotatorFindings, names: Sequence[str]) -> list[AnnotatorSkill]:
    skill = people.skill
    return [
        AnnotatorSkill(
            name=names[a],
            votes=int(people.votes[a]),
            skill=float(skill.rate[a]),
            low=float(skill.low[a]),
            high=float(skill.high[a]),
        )
        for a in np.argsort(skill.rate, kind="stable").tolist()
    ]


def _hardest_tasks(
    named: NamedVotes, gold: Ints, consensus: Consensus, actions: Sequence[str]
) -> list[HardTask]:
    """Return the tasks with the least probable labels, gold excluded; of equal ones most votes first."""
    count = named.votes.votes_per_task()
    candidates = np.flatnonzero((count > 0) & (gold == UNKNOWN))
    order = np.lexsort((-count[candidates], consensus.probability[candidates]))
    hardest = candidates[order][:HARDEST].tolist()
    votes = _votes_in_words(named.votes, hardest, named.classes)
    return [
        HardTask(
            task=named.tasks[task],
            label=named.classes[consensus.label[task]],
            probability=float(consensus.probability[task]),
            votes=votes[task],
            action=actions[task],
        )
        for task in hardest
    ]


def _votes_in_words(votes: VoteArrays, tasks: Sequence[int], classes: Sequence[str]) -> dict[int, str]:
    """Return the votes of some tasks in words, the most frequent label first."""
    selected = np.isin(votes.task, tasks)
    task, label = votes.task[selected], votes.label[selected]
    words = {}
    for number in tasks:
        names, counts = np.unique(label[task == number], return_counts=True)
        ranked = np.argsort(-counts, kind="stable")
        words[number] = ", ".join(f"{counts[i]} x {classes[names[i]]}" for i in ranked)
    return words
