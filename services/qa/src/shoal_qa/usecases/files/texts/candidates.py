"""Candidates of pairs and rankings in a file: the votes on a task must be about the same ones."""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping

from shoal.files.errors import BadInput
from shoal.files.suspects import counted_names, spelling_warning
from shoal.wording import format_count
from shoal_qa.domain.votes.arrays import NamedVotes
from shoal_qa.usecases.answers.models.rankings import usual_candidates
from shoal_qa.usecases.files.texts.written import Where
from shoal_qa.usecases.files.texts.written_orders import candidates_in

MAYBE_TIES = (
    "both",
    "neither",
    "none",
    "same",
    "both good",
    "both bad",
    "bothbad",
    "no preference",
    "equals",
)
_RENAME = "they count as different candidates; write them alike"
SHOWN = 5  # candidates in a message


def check_candidates(shape: str, named: NamedVotes, where: Where, warn: Callable[[str], None]) -> None:
    """Check that the votes on each task are about the same candidates.

    Raises BadInput for a pair of more than two, and orders of one. Warns of names that look alike, and of
    orders of other candidates than most votes on their task order, which the consensus leaves out. where:
    returns the place of the first vote with a label.
    """
    if shape in ("pair", "ranking"):
        _warn_of_names(named, warn)
    if shape == "pair":
        _check_pairs(named)
    elif shape == "ranking":
        _check_orders(named, where)
    if shape == "ranking" and (stray := _stray_orders(named)):
        count = format_count(len(stray), "vote orders", "votes order")
        first = int(named.votes.label[stray[0]])
        listed = ", ".join(sorted(candidates_in(named.classes[first]))[:SHOWN])
        task = named.tasks[int(named.votes.task[stray[0]])]
        warn(
            f"{where(first)}: {count} other candidates than most votes on the task and cannot be compared with "
            f"them, such as {listed} on task {task!r}: name all candidates of a task in every order"
        )


def check_right_answers(shape: str, named: NamedVotes, right: Mapping[str, str], subject: str) -> None:
    """Raise BadInput for a right answer about other candidates than the votes on its task.

    right: texts by task of `named`. subject: names their file.
    """
    if shape not in ("pair", "ranking"):
        return
    voted = _candidates_by_task(named)
    number = {name: task for task, name in enumerate(named.tasks)}
    for task, text in right.items():
        own, of_votes = candidates_in(text), voted.get(number[task], Counter())
        if shape == "pair":
            usual = frozenset[str]().union(*of_votes)
            differs = len(usual) <= 2 < len(own | usual)
        else:
            usual = usual_candidates(of_votes) if of_votes else own
            differs = own != usual
        if differs:
            others = ", ".join(sorted(usual)[:SHOWN])
            raise BadInput(
                f"{subject}, task {task!r}: {', '.join(sorted(own)[:SHOWN])} are not the candidates of the votes "
                f"({others}): write them alike"
            )


def check_predicted(
    shape: str, labels: Mapping[str, str], predictions: Mapping[str, str], where: Callable[[str], str]
) -> None:
    """Raise BadInput for a prediction about other candidates than the label of its task.

    labels, predictions: texts by task. where: returns the place of a task's prediction.
    """
    if shape not in ("pair", "ranking"):
        return
    for task in labels.keys() & predictions.keys():
        own, of_label = candidates_in(predictions[task]), candidates_in(labels[task])
        if len(own | of_label) > 2 if shape == "pair" else own != of_label:
            raise BadInput(
                f"{where(task)}: {', '.join(sorted(own)[:SHOWN])} are not the candidates of the label "
                f"({', '.join(sorted(of_label)[:SHOWN])}): write them alike"
            )


def _warn_of_names(named: NamedVotes, warn: Callable[[str], None]) -> None:
    """Warn of candidates that look alike, and of those that may be ties."""
    counts: Counter[str] = Counter()
    for text, votes in zip(named.classes, named.votes.votes_per_label(), strict=True):
        counts.update(dict.fromkeys(candidates_in(text), votes))
    if spelled := spelling_warning("label", counted_names(counts), _RENAME):
        warn(spelled)
    for name in sorted(counts):
        if name.casefold() in MAYBE_TIES:
            warn(
                f"label has {name!r} ({counts[name]:,}), which counts as a candidate: write = if it is a tie"
            )


def _candidates_by_task(named: NamedVotes) -> dict[int, Counter[frozenset[str]]]:
    """Return how many votes on each task name which candidates."""
    candidates = [candidates_in(text) for text in named.classes]
    count: dict[int, Counter[frozenset[str]]] = defaultdict(Counter)
    for task, label in zip(named.votes.task.tolist(), named.votes.label.tolist(), strict=True):
        count[task][candidates[label]] += 1
    return count


def _check_pairs(named: NamedVotes) -> None:
    for task, count in _candidates_by_task(named).items():
        voted = frozenset[str]().union(*count)
        if len(voted) > 2:
            listed = ", ".join(sorted(voted)[:SHOWN])
            raise BadInput(
                f"task {named.tasks[task]!r} has {len(voted)} candidates ({listed}): a pair has two; "
                "give each comparison a task of its own, or use --shape ranking or class"
            )


def _check_orders(named: NamedVotes, where: Where) -> None:
    """Raise BadInput if most votes on a task name one candidate, as with another sign than >."""
    for task, count in _candidates_by_task(named).items():
        if len(usual_candidates(count)) < 2:
            label = int(named.votes.label[named.votes.task == task][0])
            raise BadInput(
                f"{where(label)}: {named.classes[label]!r} on task {named.tasks[task]!r} names one candidate, which is "
                "no order: write best > second = tied, or a JSON list"
            )


def _stray_orders(named: NamedVotes) -> list[int]:
    """Return the rows of votes that order other candidates than most votes on their task."""
    candidates = [candidates_in(text) for text in named.classes]
    usual = {task: usual_candidates(count) for task, count in _candidates_by_task(named).items()}
    votes = zip(named.votes.task.tolist(), named.votes.label.tolist(), strict=True)
    return [row for row, (task, label) in enumerate(votes) if candidates[label] != usual[task]]
