"""Models of votes, against hand-computed cases and crowd-kit."""

import numpy as np
import pandas as pd
import pytest
from crowdkit.aggregation import DawidSkene as TheirDawidSkene

from shoal_qa.domain.agreement.alpha import alpha_of_votes
from shoal_qa.domain.models import MODELS
from shoal_qa.domain.models.dawid_skene import DawidSkene
from shoal_qa.domain.models.em import ClassShares
from shoal_qa.domain.models.priors import Dirichlet
from shoal_qa.domain.projects.metrics import inclusion_probability
from shoal_qa.domain.votes.arrays import UNKNOWN, name_votes


def crowd(
    seed: int, tasks: int = 300, classes: int = 3, spammers: int = 3
) -> tuple[list[tuple[str, str, str]], list[str]]:
    """Return votes of 12 annotators, some of whom answer at random, and the truth."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(classes, size=tasks)
    rows = []
    for task in range(tasks):
        for annotator in rng.choice(12, size=5, replace=False):
            right = rng.random() < (0.0 if annotator < spammers else 0.75)
            label = truth[task] if right else rng.integers(classes)
            rows.append((f"t{task:04d}", f"a{annotator:02d}", f"c{label}"))
    return rows, [f"c{k}" for k in truth]


def accuracy(model: str, rows: list[tuple[str, str, str]], truth: list[str]) -> float:
    named = name_votes(rows)
    best = MODELS[model].fit(named.votes).log_posterior(named.votes).argmax(axis=1)
    return float(
        np.mean([named.classes[k] == truth[int(task[1:])] for k, task in zip(best, named.tasks, strict=True)])
    )


@pytest.mark.parametrize("seed", range(3))
def test_dawid_skene_beats_majority_where_some_answer_anything(seed: int) -> None:
    rows, truth = crowd(seed, spammers=5)
    assert accuracy("dawid-skene", rows, truth) > accuracy("majority", rows, truth)


def test_without_a_prior_it_is_crowd_kit_s_dawid_skene() -> None:
    rows, _ = crowd(7, tasks=120)
    named = name_votes(rows)
    ours = DawidSkene(prior=Dirichlet(1e-10, 0), class_shares=ClassShares(0), iterations=20, tolerance=0).fit(
        named.votes
    )
    frame = pd.DataFrame(rows, columns=["task", "worker", "label"])
    theirs = TheirDawidSkene(n_iter=20, tol=0).fit_predict_proba(frame)
    posterior = np.exp(ours.log_posterior(named.votes))
    expected = theirs.loc[named.tasks, named.classes].to_numpy()
    assert np.abs(posterior - expected).max() < 0.02
    assert (posterior.argmax(axis=1) == expected.argmax(axis=1)).all()


def test_gold_answers_enter_the_fit() -> None:
    rows, truth = crowd(3)
    named = name_votes(rows)
    gold = np.full(len(named.tasks), UNKNOWN, np.int32)
    gold[:50] = [named.classes.index(truth[int(task[1:])]) for task in named.tasks[:50]]
    fitted = MODELS["dawid-skene"].fit(named.votes, gold)
    assert fitted.skill()[3:].min() > fitted.skill()[:3].max()


def test_krippendorff_s_own_example() -> None:
    # Krippendorff (2011), nominal data of four observers: alpha = 0.743.
    observers = [
        "1 2 3 3 2 1 4 1 2 . . .",
        "1 2 3 3 2 2 4 1 2 5 . 3",
        ". 3 3 3 2 3 4 2 2 5 1 .",
        "1 2 3 3 2 4 4 1 2 5 1 .",
    ]
    rows = [
        (f"u{unit:02d}", f"o{who}", value)
        for who, line in enumerate(observers)
        for unit, value in enumerate(line.split())
        if value != "."
    ]
    assert alpha_of_votes(name_votes(rows).votes).value == pytest.approx(0.743, abs=0.0005)


def test_several_policies_choose_a_sample_more_often_than_one() -> None:
    assert inclusion_probability([0.5, 0.5]) == pytest.approx(0.75)
