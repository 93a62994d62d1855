"""Alpha of answers of each kind against plain loops over pairs, and at a bounded cost."""

from collections.abc import Callable
from itertools import combinations
from typing import Any

import krippendorff
import numpy as np
import pytest

from shoal.answers import canonical_answer, parse_canonical
from shoal.contracts.answers import PairAnswer, RankingAnswer
from shoal.contracts.label_schemas import PairSchema, RankingSchema
from shoal_qa.domain.agreement.alpha import expected_distance
from shoal_qa.domain.projects.fitting import FitOptions, ProjectVotes
from shoal_qa.usecases.answers.differences import agreement
from shoal_qa.usecases.answers.differences.distances import answer_distance
from shoal_qa.usecases.answers.fits import findings
from shoal_qa.usecases.answers.fits.findings import project_alpha
from shoal_qa.usecases.evaluation.fits import fit_votes
from unit.qa.simulated_answers import KINDS, Project, simulate_project

Triples = list[tuple[str, str, str]]


def masi(one: str, other: str) -> float:
    first, second = (set(parse_canonical(text).labels) for text in (one, other))  # type: ignore[union-attr]
    if first == second:
        return 0.0
    weight = 2 / 3 if first <= second or second <= first else 1 / 3 if first & second else 0.0
    return 1 - len(first & second) / len(first | second) * weight


def half_for_ties(one: str, other: str) -> float:
    choices = [parse_canonical(text).choice for text in (one, other)]  # type: ignore[union-attr]
    return 0.0 if one == other else 0.5 if None in choices else 1.0


def distance_of(project: Project) -> Callable[[str, str], float]:
    by_kind = {"multi_choice": masi, "pair": half_for_ties}
    return by_kind.get(
        project.schema.kind, lambda one, other: answer_distance(project.schema, one, other)
    )  # fmt: skip


def plain_alpha(triples: Triples, distance: Callable[[str, str], float]) -> float:
    """Return alpha by its definition: answers' mean distances on a job, over that of all pairs."""
    votes = [(job, text) for job, _, text in triples]
    expected = np.mean([distance(one, other) for (_, one), (_, other) in combinations(votes, 2)])
    observed = []
    for number, (job, text) in enumerate(votes):
        others = [other for place, (name, other) in enumerate(votes) if name == job and place != number]
        observed.append(np.mean([distance(text, other) for other in others]))
    return float(1 - np.mean(observed) / expected)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in ("number", "rating")])
def test_alpha_is_the_one_of_loops_over_all_pairs(kind: str) -> None:
    project = simulate_project(kind, jobs=25, votes=4, seed=2)
    found = project_alpha(project.triples, project.schema) or 0.0
    assert found == pytest.approx(plain_alpha(list(project.triples), distance_of(project)), abs=1e-9)
    assert 0.1 < found < 1


@pytest.mark.parametrize(("kind", "level"), [("number", "interval"), ("rating", "ordinal")])
def test_alpha_of_values_is_that_of_the_krippendorff_package(kind: str, level: Any) -> None:
    project = simulate_project(kind, jobs=60, votes=4, seed=2)
    table = np.full((12, 60), np.nan)
    for job, annotator, text in project.triples:
        table[int(annotator[-2:]), int(job[-4:])] = parse_canonical(text).value  # type: ignore[union-attr]
    theirs = krippendorff.alpha(table, level_of_measurement=level)
    assert project_alpha(project.triples, project.schema) == pytest.approx(theirs, abs=1e-9)


@pytest.mark.parametrize("kind", KINDS)
def test_the_service_measures_the_same_alpha_in_any_order_of_votes(kind: str) -> None:
    project = simulate_project(kind, jobs=30, votes=3, seed=4)
    alpha = fit_votes(ProjectVotes(project.triples), project.schema, FitOptions(), None)[1].alpha
    assert alpha == project_alpha(project.triples[::-1], project.schema)
    assert alpha is not None
    nominal = plain_alpha(list(project.triples), lambda one, other: float(one != other))
    if kind not in ("pair", "multi_choice"):
        assert alpha > nominal + 0.02  # near answers agree in part


@pytest.mark.parametrize("kind", ["boxes", "ranking", "text", "multi_choice"])
def test_a_sample_of_a_large_project_has_nearly_its_alpha(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    project = simulate_project(kind, jobs=400, votes=3, seed=1)
    compared = []
    original = expected_distance

    def counted(unit: Any, *rest: Any, **options: Any) -> Any:
        compared.append(len(unit))
        return original(unit, *rest, **options)

    monkeypatch.setattr(agreement, "expected_distance", counted)
    exact = project_alpha(project.triples, project.schema)
    monkeypatch.setattr(findings, "MOST_PAIRS", 600)
    monkeypatch.setattr(agreement, "MOST_PAIRS", 600)
    sampled = project_alpha(project.triples, project.schema)
    assert compared == [1200, 600]  # 200 jobs of three pairs
    assert sampled == pytest.approx(exact, abs=0.06)
    assert sampled == project_alpha(project.triples[::-1], project.schema)


def test_candidates_with_names_of_their_own_job_agree_beyond_chance_as_if_named_alike() -> None:
    """Votes that are right in 80 % of cases have the same alpha, whatever the candidates are called."""
    rng = np.random.default_rng(0)
    pairs, orders = [], []
    for job in range(400):
        turned = rng.random() < 0.5
        for who in range(3):
            first = turned == (rng.random() < 0.8)
            names = ("a", "b") if first else ("b", "a")
            pairs.append((f"j{job:03}", f"w{who}", names))
            orders.append((f"j{job:03}", f"w{who}", (*names, "c")))
    for own in (False, True):
        made = [
            (job, who, canonical_answer(PairAnswer(choice=f"{job}{names[0]}" if own else names[0])))
            for job, who, names in pairs
        ]
        assert project_alpha(made, PairSchema()) == pytest.approx(0.36, abs=0.05)
    ranked = [
        (job, who, canonical_answer(RankingAnswer(order=tuple((f"{job}{name}",) for name in names))))
        for job, who, names in orders
    ]
    # A third of the pairs of candidates is in question, of which 0.32 differ; chance is 1/2.
    assert project_alpha(ranked, RankingSchema()) == pytest.approx(1 - 0.32 / 3 / 0.5, abs=0.03)


def test_answers_of_another_kind_and_projects_without_two_votes_have_no_alpha() -> None:
    text = simulate_project("text", jobs=5, votes=2, seed=1)
    assert project_alpha(text.triples, RankingSchema()) is None
    assert project_alpha([], RankingSchema()) is None
    once = list(text.triples[::2])
    assert project_alpha(once, text.schema) is None
    mixed = [*text.triples, ("job-0000", "w", '{"kind":"number","value":3.0}'), ("job-0001", "w", "cod")]
    assert project_alpha(mixed, text.schema) == project_alpha(text.triples, text.schema)
