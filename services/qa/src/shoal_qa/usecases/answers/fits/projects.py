"""The fit of a project whose answers are not single classes."""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from operator import itemgetter

import numpy as np

from shoal.contracts.answers import Answer
from shoal.contracts.label_schemas import LabelSchema
from shoal_qa.domain.answers.model import parts_without_answers
from shoal_qa.domain.calibration.tempering import Tempering
from shoal_qa.domain.certificates.promises import promise
from shoal_qa.domain.projects.fit import ProjectFit
from shoal_qa.domain.projects.fitting import RESTART_GROWTH, FitOptions, ProjectVotes, fit_without_votes
from shoal_qa.usecases.answers.claims.readings import choice_names, default_odds
from shoal_qa.usecases.answers.fits.fitting import fit_answers
from shoal_qa.usecases.answers.fits.steps import answer_crowd
from shoal_qa.usecases.answers.given import GivenAnswers, given_answers
from shoal_qa.usecases.answers.kinds import answer_of_kind

MOST_JOBS = 20_000  # without gold that annotators are measured on
MOST_CHARACTERS = 20_000_000  # of all answers in a fit; a million of boxes take 1.3 s, of texts 0.7 s


@dataclass(frozen=True, slots=True)
class _Jobs:
    """Jobs with readable answers, by number. gold: the right answers of some."""

    answers: Sequence[GivenAnswers]
    annotators: Sequence[str]
    gold: Mapping[int, Answer]

    @property
    def votes(self) -> int:
        return sum(len(job.answers) for job in self.answers)


def affordable_votes(votes: ProjectVotes) -> ProjectVotes:
    """Return the votes of as many jobs as a fit can read in half a minute, those with gold first.

    Of others the ones with the lowest ids count; ids are hashes, so they are a random sample. So a project
    of huge answers does not delay the fits of other projects.
    """
    sizes: Counter[str] = Counter()
    for job, _, text in votes.triples:
        sizes[job] += len(text)
    ordered = sorted(sizes, key=lambda job: (job not in votes.gold, job))
    total = list(accumulate(sizes[job] for job in ordered))
    if not total or total[-1] <= MOST_CHARACTERS:
        return votes
    counted = set(ordered[: max(1, bisect_right(total, MOST_CHARACTERS))])
    rows = [row for row, (job, *_) in enumerate(votes.triples) if job in counted]
    seconds = [votes.seconds[row] for row in rows] if votes.seconds else ()
    return ProjectVotes([votes.triples[row] for row in rows], votes.gold, seconds)


def answers_fit_before(schema: LabelSchema, model: str) -> ProjectFit:
    """Return the fit before the first answer."""
    parts = parts_without_answers(default_odds(schema))
    return replace(fit_without_votes(model, choice_names(schema)), parts=parts)


def fit_project_answers(
    votes: ProjectVotes, schema: LabelSchema, options: FitOptions, before: ProjectFit | None = None
) -> ProjectFit:
    """Fit all answers of a project under one label schema.

    before: the previous fit, from which this one starts if it may. Of more than MOST_JOBS jobs without gold
    those with the lowest ids count; ids are hashes, so they are a random sample.
    """
    usable = before if before and before.parts is not None and before.fitted.name == options.model else None
    jobs = _readable_jobs(votes, schema, usable)
    if not jobs.answers:
        return answers_fit_before(schema, options.model)
    start = usable if usable and _may_start(usable, jobs) else None
    fit = fit_answers(
        schema,
        jobs.answers,
        jobs.gold,
        annotators=len(jobs.annotators),
        model=options.model,
        start=start.fitted if start else None,
    )
    promised = None
    if options.target:
        scores = np.delete(fit.probability, sorted(jobs.gold))
        promised = promise(fit.gold, scores, options.target, usable.promise if usable else None)
    return ProjectFit(
        fitted=fit.fitted,
        calibration=Tempering(excess=0.0),
        classes=choice_names(schema),
        annotators=jobs.annotators,
        promise=promised,
        afresh_at=start.afresh_at if start else jobs.votes,
        crowd=answer_crowd(schema, jobs.answers, fit, len(jobs.annotators)),
        parts=fit.parts,
    )


def _may_start(before: ProjectFit, jobs: _Jobs) -> bool:
    """Return whether a fit may start from the previous one: a bad start must not last."""
    names = list(before.annotators)
    return list(jobs.annotators[: len(names)]) == names and jobs.votes < RESTART_GROWTH * before.afresh_at


def _readable_jobs(votes: ProjectVotes, schema: LabelSchema, before: ProjectFit | None) -> _Jobs:
    """Return the jobs that are fitted, with annotators numbered as in the previous fit, then by name."""
    by_job: dict[str, list[tuple[str, Answer]]] = defaultdict(list)
    counted = _counted_jobs(votes)
    for job, annotator, text in votes.triples:
        if job in counted and (answer := answer_of_kind(schema, text)) is not None:
            by_job[job].append((annotator, answer))
    names = {annotator for answers in by_job.values() for annotator, _ in answers}
    first = list(before.annotators) if before and set(before.annotators) <= names else []
    annotators = [*first, *sorted(names - set(first))]
    number = {name: index for index, name in enumerate(annotators)}
    ordered = [(job, sorted(by_job[job], key=itemgetter(0))) for job in sorted(by_job)]
    answers = [given_answers([(number[name], answer) for name, answer in rows]) for _, rows in ordered]
    right = {index: answer_of_kind(schema, votes.gold.get(job)) for index, (job, _) in enumerate(ordered)}
    return _Jobs(
        answers, annotators, {index: answer for index, answer in right.items() if answer is not None}
    )


def _counted_jobs(votes: ProjectVotes) -> set[str]:
    ordinary = sorted({job for job, *_ in votes.triples} - set(votes.gold))
    return {*ordinary[:MOST_JOBS], *votes.gold}
