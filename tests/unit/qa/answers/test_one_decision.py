"""Files and the service say the same of the same answers: labels, probabilities and next steps."""

from collections import defaultdict

import numpy as np
import pytest

from shoal.answers import canonical_answer, parse_canonical
from shoal_qa.adapters.files.fits import dump_fit, load_fit
from shoal_qa.domain.certificates.certificate import Certificate
from shoal_qa.domain.certificates.promises import Target
from shoal_qa.domain.consensus import Options
from shoal_qa.domain.jobs.beliefs import JobVotes
from shoal_qa.domain.projects.fitting import FitOptions, ProjectVotes
from shoal_qa.domain.stopping.rule import Action
from shoal_qa.domain.votes.arrays import name_votes
from shoal_qa.usecases.answers.fits.job_beliefs import AnswerBelief, answer_beliefs
from shoal_qa.usecases.answers.fits.projects import answers_fit_before, fit_project_answers
from shoal_qa.usecases.files.answers.consensus import AnswerConsensus, answers_of
from shoal_qa.usecases.files.texts.written import WrittenAnswers
from shoal_qa.usecases.rules import Rule
from unit.qa.jobs.test_one_decision import promised
from unit.qa.simulated_answers import KINDS, Project, simulate_project

GOLD = 30
RULE = Rule(exhausted="review", max_votes=4, accept_probability=0.85)


def as_files(project: Project, gold: dict[str, str], options: Options) -> tuple[list[str], AnswerConsensus]:
    named = name_votes(project.triples)
    written = WrittenAnswers(
        schema=project.schema, answers=[parse_canonical(text) for text in named.classes], write=str
    )
    right = {task: parse_canonical(gold[name]) for task, name in enumerate(named.tasks) if name in gold}
    found = answers_of(named, written, right, options, report=lambda _: None)
    return list(named.tasks), found


def as_the_service(
    project: Project, gold: dict[str, str], rule: Rule, certificate: Certificate | None = None
) -> dict[str, AnswerBelief]:
    fit = fit_project_answers(ProjectVotes(project.triples, gold), project.schema, rule.fit_options())
    by_job: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for job, annotator, text in project.triples:
        by_job[job].append((annotator, text))
    jobs = [JobVotes(votes, most=rule.max_votes) for votes in by_job.values()]
    stopping = rule.acceptance(promised(certificate)).stopping
    return dict(zip(by_job, answer_beliefs(jobs, project.schema, fit, stopping), strict=True))


@pytest.mark.parametrize("target", [None, 0.7])
@pytest.mark.parametrize("kind", list(KINDS))
def test_files_and_the_service_decide_alike(kind: str, target: float | None) -> None:
    project = simulate_project(kind, jobs=90, annotators=8, votes=3, seed=4)
    gold = {job: text for job, text in project.truth.items() if int(job[4:]) < GOLD}
    rule = RULE.model_copy(update={"target_precision": target})
    options = Options(
        target_precision=target,
        accept_probability=rule.accept_probability,
        max_votes=rule.max_votes,
        review_price=rule.review_price,
    )
    tasks, found = as_files(project, gold, options)
    of_service = as_the_service(project, gold, rule, found.certificate)
    for row, task in enumerate(tasks):
        if task in gold:
            continue
        ours = of_service[task].belief
        assert ours.label == canonical_answer(found.answers[row])
        assert ours.probability == pytest.approx(found.probability[row], abs=1e-4)
        action = Action(int(found.action[row]))
        if action is Action.FUTILE:  # only gold could certify it
            action = ours.action
        assert ours.action is action


@pytest.mark.parametrize("kind", list(KINDS))
def test_a_stored_fit_believes_what_the_fit_believed(kind: str) -> None:
    project = simulate_project(kind, jobs=40, annotators=6, votes=3, seed=8)
    gold = dict(list(project.truth.items())[:10])
    options = FitOptions(target=Target(0.8))
    fit = fit_project_answers(ProjectVotes(project.triples, gold), project.schema, options)
    stored = load_fit(dump_fit(fit))
    jobs = [
        JobVotes([(name, text) for of, name, text in project.triples if of == job], most=5)
        for job in project.truth
    ]
    stopping = RULE.acceptance(None).stopping
    rows = zip(*(answer_beliefs(jobs, project.schema, each, stopping) for each in (fit, stored)), strict=True)
    for one, other in rows:
        assert one.belief.label == other.belief.label
        assert one.belief.probability == pytest.approx(other.belief.probability, abs=1e-4)
    assert stored.promise == fit.promise
    assert load_fit(dump_fit(stored)).annotators == fit.annotators


@pytest.mark.parametrize("kind", list(KINDS))
def test_votes_in_any_order_give_the_same_fit_and_labels(kind: str) -> None:
    project = simulate_project(kind, jobs=40, annotators=6, votes=3, seed=5)
    shuffled = [project.triples[at] for at in np.random.default_rng(0).permutation(len(project.triples))]
    one = as_the_service(project, {}, RULE)
    other = as_the_service(Project(project.schema, shuffled, project.truth), {}, RULE)
    for job, believed in one.items():
        assert other[job].belief.label == believed.belief.label
        assert other[job].belief.probability == pytest.approx(believed.belief.probability, abs=1e-6)


@pytest.mark.parametrize("kind", list(KINDS))
def test_before_the_first_fit_people_who_agree_are_believed(kind: str) -> None:
    project = simulate_project(kind, jobs=20, seed=6)
    text = max(project.truth.values(), key=len)
    fit = answers_fit_before(project.schema, "auto")
    stopping = RULE.acceptance(None).stopping
    sizes = [0, 1, 2, 3, 5]
    jobs = [JobVotes([(f"crowd/{n}", text) for n in range(size)], most=9) for size in sizes]
    beliefs = [one.belief for one in answer_beliefs(jobs, project.schema, fit, stopping)]
    assert (beliefs[0].label, beliefs[0].action) == ("", Action.MORE)
    assert all(belief.label == text for belief in beliefs[1:])
    probability = [belief.probability for belief in beliefs]
    assert probability == sorted(probability)
    assert probability[2] > 0.45


def test_a_vote_of_another_kind_counts_as_bought_and_says_nothing() -> None:
    project = simulate_project("number", jobs=3, seed=7)
    fit = answers_fit_before(project.schema, "auto")
    (text,) = {project.truth["job-0000"]}
    jobs = [JobVotes([("a/1", text), ("a/2", "cod"), ("a/3", '{"kind":"text","text":"x"}')], most=5)]
    (believed,) = answer_beliefs(jobs, project.schema, fit, RULE.acceptance(None).stopping)
    assert (believed.belief.label, believed.belief.votes) == (text, 3)


def test_a_project_without_a_readable_vote_has_the_fit_before_any() -> None:
    project = simulate_project("boxes", jobs=3, seed=7)
    fit = fit_project_answers(ProjectVotes([("j", "a/1", "cod")]), project.schema, FitOptions())
    assert fit.annotators == []
    assert fit.parts is not None
