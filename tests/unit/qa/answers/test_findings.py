"""Annotators are compared with gold, or the merged answer of the fit, in the service and over files alike."""

import numpy as np
import pytest

from shoal.answers import canonical_answer, parse_canonical
from shoal.contracts.answers import NumberAnswer
from shoal.contracts.label_schemas import NumberSchema
from shoal_qa.domain.annotators.trust import TrustRule
from shoal_qa.domain.consensus import Options
from shoal_qa.domain.projects.findings import Findings
from shoal_qa.domain.projects.fitting import FitOptions, ProjectVotes
from shoal_qa.domain.votes.arrays import name_votes
from shoal_qa.usecases.answers.differences.distances import agrees_with
from shoal_qa.usecases.answers.differences.nearness import Triple, settled_votes
from shoal_qa.usecases.evaluation.fits import fit_votes
from shoal_qa.usecases.files.annotators import AnnotatorFindings
from shoal_qa.usecases.files.answers.annotators import examine_answers
from shoal_qa.usecases.files.answers.consensus import answers_of
from shoal_qa.usecases.files.texts.written import WrittenAnswers
from unit.qa.simulated_answers import Project, simulate_project


def of_service(project: Project, gold: dict[str, str] | None = None) -> Findings:
    return fit_votes(ProjectVotes(project.triples, gold or {}), project.schema, FitOptions(), None)[1]


def of_files(project: Project, gold: dict[str, str]) -> dict[str, AnnotatorFindings]:
    """Return the findings over files, and the names of annotators."""
    named = name_votes(project.triples)
    written = WrittenAnswers(
        schema=project.schema, answers=[parse_canonical(text) for text in named.classes], write=str
    )
    right = {task: parse_canonical(gold[name]) for task, name in enumerate(named.tasks) if name in gold}
    merged = answers_of(named, written, right, Options(), report=lambda _: None)
    people = examine_answers(
        named,
        merged,
        seconds=None,
        at=np.arange(len(named.votes)),
        rng=np.random.default_rng(0),
        rule=TrustRule(),
    )
    return dict.fromkeys(named.annotators, people)


@pytest.mark.parametrize("kind", ["multi_choice", "boxes", "spans", "ranking", "number", "text"])
def test_files_and_the_service_judge_annotators_alike(kind: str) -> None:
    project = simulate_project(kind, jobs=40, annotators=5, votes=3, seed=4)
    gold = {job: text for job, text in project.truth.items() if int(job[4:]) < 12}
    service, files = of_service(project, gold), of_files(project, gold)
    for row, (name, people) in enumerate(files.items()):
        found = service.evidence[name]
        assert (found.votes, found.gold_answered) == (people.votes[row], people.gold_answered[row])
        assert found.gold_right == people.gold_right[row]
        assert found.skill == pytest.approx(people.skill.rate[row], abs=0.01)
        assert found.low == pytest.approx(people.skill.low[row], abs=0.01)


def one_precise_annotator() -> tuple[list[Triple], dict[str, float]]:
    """Return numbers by one precise annotator and four loose ones, and the right numbers."""
    rng = np.random.default_rng(3)
    triples, truth = [], {}
    for number in range(150):
        right = float(rng.uniform(20, 80))
        truth[job := f"j{number:03}"] = right
        for who in ("precise", *rng.choice(["l1", "l2", "l3", "l4"], 2, replace=False).tolist()):
            value = right + rng.normal(0, 0.5 if who == "precise" else 12)
            triples.append((job, who, canonical_answer(NumberAnswer(value=float(np.clip(value, 0, 100))))))
    return triples, truth


def test_a_precise_annotator_is_not_judged_by_the_loose_ones_who_surround_each_job() -> None:
    """The middle vote of three is often a loose one; the merged answer is near the precise one."""
    triples, truth = one_precise_annotator()
    schema = NumberSchema(low=0, high=100)
    right = {job: canonical_answer(NumberAnswer(value=value)) for job, value in truth.items()}
    near: dict[str, list[bool]] = {name: [] for name in ("precise", "l1", "l2", "l3", "l4")}
    for job, name, text in triples:
        near[name].append(agrees_with(schema, right[job], text))
    found = fit_votes(ProjectVotes(triples), schema, FitOptions(), None)[1].evidence
    assert np.mean(near["precise"]) > 0.99
    assert found["precise"].skill > 0.9
    assert all(found[name].skill == pytest.approx(np.mean(near[name]), abs=0.15) for name in near)


def test_only_votes_within_the_tolerance_become_the_right_answer() -> None:
    schema = NumberSchema(low=0, high=100)
    text = {value: canonical_answer(NumberAnswer(value=value)) for value in (50.0, 54.0, 56.0)}
    triples = [("a", "x", text[54.0]), ("a", "y", text[56.0]), ("b", "x", text[54.0]), ("a", "z", "cod")]
    settled = settled_votes(triples, {"a": text[50.0]}, schema)
    assert [row[2] for row in settled] == [text[50.0], text[56.0], text[54.0], "cod"]
