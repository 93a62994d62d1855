"""The consensus of a file's answers that are not single classes: answers, next steps, facts of the report."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shoal.answers import canonical_answer, describe_answer
from shoal.contracts.answers import Answer
from shoal_qa.domain.calibration.reliability import Reliability, reliability
from shoal_qa.domain.certificates.certificate import Certificate, certify
from shoal_qa.domain.consensus import USUAL_VOTES, Options
from shoal_qa.domain.statistics.intervals import clopper_pearson
from shoal_qa.domain.stopping.rule import Action
from shoal_qa.domain.votes.arrays import Bools, Floats, NamedVotes
from shoal_qa.usecases.answers.differences.nearness import Triple, settled_votes
from shoal_qa.usecases.answers.fits.fitting import AnswerFit, fit_answers
from shoal_qa.usecases.answers.fits.steps import answer_crowd, answer_steps
from shoal_qa.usecases.answers.given import GivenAnswers, given_answers
from shoal_qa.usecases.answers.merged import Merged
from shoal_qa.usecases.answers.models.numbers import cut_ends
from shoal_qa.usecases.answers.models.own_models import OWN_MODELS
from shoal_qa.usecases.files.answers.confused import confused_classes
from shoal_qa.usecases.files.answers.drawn import drawn_answers
from shoal_qa.usecases.files.consensus import (
    ACTIONS,
    FEWEST_IN_BIN,
    HARDEST,
    MOST_BINS,
    rule_of,
    shares_by_truth,
)
from shoal_qa.usecases.files.facts import AnnotatorSkill, Facts, HardTask
from shoal_qa.usecases.files.texts.written import WrittenAnswers

CLAIMS_REASON = (
    "every answer is a set of claims, and a model weighs more the more often it agrees with the others."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerConsensus:
    """The answers of tasks that have votes or gold, by task. All arrays: (tasks,).

    settled: (votes,), the canonical text of each vote, of those near their task's answer that of the answer.
    near: (votes,), whether they are. cut: of numbers, whether the interval of a task ends at the least, and
    at the greatest number of the file only because nothing is known beyond; empty otherwise.
    """

    fit: AnswerFit
    answers: Sequence[Answer]
    probability: Floats
    action: NDArray[np.int8]
    is_gold: Bools
    settled: Sequence[str]
    near: Bools
    certificate: Certificate | None
    cut: Sequence[tuple[bool, bool]] = ()

    def beliefs(self) -> list[Merged]:
        """Return the belief about each task; gold is certain."""
        sure = zip(self.fit.merged, self.answers, self.is_gold.tolist(), strict=True)
        return [Merged(answer=answer, probability=1.0) if gold else merged for merged, answer, gold in sure]

    def actions(self) -> list[str]:
        """Return the next step of each task."""
        return [ACTIONS[action] for action in self.action.tolist()]


def answers_of(
    named: NamedVotes,
    written: WrittenAnswers,
    gold: Mapping[int, Answer],
    options: Options,
    *,
    report: Callable[[str], None],
) -> AnswerConsensus:
    """Return the consensus. written: the answer of each class of `named`. gold: by number of the task."""
    votes, jobs = named.votes, _jobs_of(named, written)
    fit = fit_answers(
        written.schema,
        jobs,
        gold,
        annotators=len(named.annotators),
        model=options.model,
        report=report,
    )
    is_gold = np.isin(np.arange(len(named.tasks)), list(gold))
    answers = [gold.get(task, answer) for task, answer in enumerate(fit.answers)]
    probability = np.where(is_gold, 1.0, fit.probability)
    count = votes.votes_per_task()
    scores = probability[~is_gold & (count >= options.min_votes)]
    certificate = _certify_answers(fit, scores, options)
    threshold = certificate.threshold if certificate else options.accept_probability
    rule = options.stopping(threshold, max(USUAL_VOTES, int(count.max(initial=0))))
    most = np.full(len(named.tasks), rule.max_votes, np.int32)
    report("choosing next steps")
    crowd = answer_crowd(written.schema, jobs, fit, len(named.annotators))
    right = {name: canonical_answer(answer) for name, answer in zip(named.tasks, answers, strict=True)}
    settled = settled_votes(_triples_of(named, written), right, written.schema)
    steps = answer_steps(probability, count, most=most, rule=rule, crowd=crowd)
    return AnswerConsensus(
        fit=fit,
        answers=answers,
        probability=probability,
        action=np.where(is_gold, Action.ACCEPT, steps.action).astype(np.int8),
        is_gold=is_gold,
        settled=[text for *_, text in settled],
        near=np.array([text == right[task] for task, _, text in settled], np.bool_),
        certificate=certificate,
        cut=_cut_ends(written, jobs, fit, is_gold),
    )


def _cut_ends(
    written: WrittenAnswers, jobs: Sequence[GivenAnswers], fit: AnswerFit, is_gold: Bools
) -> list[tuple[bool, bool]]:
    if written.schema.kind != "number" or not written.open_ends:
        return []
    ends = cut_ends(written.schema, jobs, fit.parts)
    return [(False, False) if gold else cut for cut, gold in zip(ends, is_gold.tolist(), strict=True)]


def _jobs_of(named: NamedVotes, written: WrittenAnswers) -> list[GivenAnswers]:
    votes = named.votes
    order = np.lexsort((votes.annotator, votes.task))
    parts = np.split(order, np.cumsum(votes.votes_per_task())[:-1])
    return [
        given_answers(
            [
                (annotator, written.answers[label])
                for annotator, label in zip(
                    votes.annotator[rows].tolist(), votes.label[rows].tolist(), strict=True
                )
            ]
        )
        for rows in parts
    ]


def _triples_of(named: NamedVotes, written: WrittenAnswers) -> list[Triple]:
    """Return (task, annotator, canonical text) of each vote."""
    votes, texts = named.votes, [canonical_answer(answer) for answer in written.answers]
    rows = zip(votes.task.tolist(), votes.annotator.tolist(), votes.label.tolist(), strict=True)
    return [(named.tasks[task], named.annotators[who], texts[label]) for task, who, label in rows]


def _certify_answers(fit: AnswerFit, scores: Floats, options: Options) -> Certificate | None:
    if options.target_precision is None:
        return None
    probability = fit.gold.probability if fit.gold else np.empty(0)
    right = fit.gold.right if fit.gold else np.empty(0, np.bool_)
    return certify(probability, right, scores, target=options.target_precision, confidence=options.confidence)


def answer_facts(
    named: NamedVotes,
    written: WrittenAnswers,
    consensus: AnswerConsensus,
    options: Options,
    *,
    source: str,
) -> Facts:
    """Return the facts of the report."""
    is_open = ~consensus.is_gold
    actions = consensus.actions()
    fitted, own = consensus.fit.fitted, OWN_MODELS.get(written.schema.kind)
    confused = confused_classes(named, written, consensus.answers)
    weights = zip(fitted.members, fitted.weights.tolist(), strict=True)
    return Facts(
        source=source,
        shape=written.schema.kind,
        votes=len(named.votes),
        tasks=len(named.tasks),
        classes=[item.name for item in getattr(written.schema, "classes", ())],
        gold=int(consensus.is_gold.sum()),
        model=own.name if own else fitted.name,
        reason=own.reason if own else CLAIMS_REASON,
        panel=[(member.name, {"weight": weight}) for member, weight in weights],
        actions={name: count for name in ACTIONS if (count := actions.count(name))},
        expected=float(consensus.probability[is_open].mean()) if is_open.any() else None,
        reliability=_reliability_on_gold(consensus.fit),
        rule=rule_of(options, bool(is_open.any())),
        certificate=consensus.certificate if is_open.any() else None,
        annotators=len(named.annotators),
        people=_people_near(named, consensus.near),
        confusion=None if confused is None else shares_by_truth(confused.counts),
        confused=[] if confused is None else confused.names,
        hardest=_hardest_answers(named, written, consensus, actions),
        cut=sum(map(any, consensus.cut)),
    )


def _reliability_on_gold(fit: AnswerFit) -> Reliability | None:
    if fit.gold is None:
        return None
    bins = min(MOST_BINS, max(1, len(fit.gold.task) // FEWEST_IN_BIN))
    return reliability(fit.gold.probability, fit.gold.right, bins)


def _people_near(named: NamedVotes, near: Bools) -> list[AnnotatorSkill]:
    """Return how often each annotator's answers are near the consensus, from least to most."""
    count = np.bincount(named.votes.annotator, minlength=len(named.annotators))
    right = np.bincount(named.votes.annotator, near, len(named.annotators))
    rate = right / np.maximum(count, 1)
    low, high = clopper_pearson(right, count)
    return [
        AnnotatorSkill(
            name=named.annotators[a],
            votes=int(count[a]),
            skill=float(rate[a]),
            low=float(low[a]),
            high=float(high[a]),
        )
        for a in np.argsort(rate, kind="stable").tolist()
    ]


def _hardest_answers(
    named: NamedVotes, written: WrittenAnswers, consensus: AnswerConsensus, actions: Sequence[str]
) -> list[HardTask]:
    candidates = np.flatnonzero(~consensus.is_gold)
    order = candidates[np.argsort(consensus.probability[candidates], kind="stable")][:HARDEST]
    return [
        HardTask(
            task=named.tasks[task],
            label=describe_answer(consensus.answers[task]),
            probability=float(consensus.probability[task]),
            votes=", ".join(_votes_in_words(named, written, task)),
            action=actions[task],
            shapes=drawn_answers(consensus.answers[task], _votes_on(named, written, task)),
        )
        for task in order.tolist()
    ]


def _votes_on(named: NamedVotes, written: WrittenAnswers, task: int) -> list[tuple[str, Answer]]:
    """Return the answers of a task with their annotators."""
    rows = np.flatnonzero(named.votes.task == task)
    pairs = zip(named.votes.annotator[rows].tolist(), named.votes.label[rows].tolist(), strict=True)
    return [(named.annotators[who], written.answers[label]) for who, label in pairs]


def _votes_in_words(named: NamedVotes, written: WrittenAnswers, task: int) -> list[str]:
    """Return the answers of a task in words, the most frequent first."""
    labels = named.votes.label[named.votes.task == task].tolist()
    words = Counter(describe_answer(written.answers[label]) for label in labels)
    return [f"{count} x {text}" for text, count in words.most_common()]
