"""Learning curves of another library's strategies by Shoal's protocol; runs in the bench's environment.

Usage: peers_labels.py FILE.npz STRATEGY SEEDS; prints the accuracies of each seed and budget as JSON.
"""

import json
import sys
import warnings

import numpy as np
import skactiveml.pool as pool
from skactiveml.classifier import SklearnClassifier
from sklearn.linear_model import LogisticRegression

warnings.filterwarnings("ignore")
STRENGTH, SUBSAMPLE = 10.0, 0.8  # as in shoal_sampler.domain.simulation
STRATEGIES = {
    "margin": (lambda seed: pool.UncertaintySampling(method="margin_sampling", random_state=seed), True),
    "entropy": (lambda seed: pool.UncertaintySampling(method="entropy", random_state=seed), True),
    "Badge": (lambda seed: pool.Badge(random_state=seed), True),
    "Clue": (lambda seed: pool.Clue(random_state=seed), True),
    "DropQuery": (lambda seed: pool.DropQuery(random_state=seed), True),
    "Falcun": (lambda seed: pool.Falcun(random_state=seed), True),
    "TypiClust": (lambda seed: pool.TypiClust(random_state=seed), False),
    "CoreSet": (lambda seed: pool.CoreSet(random_state=seed), False),
    "ProbCover": (lambda seed: pool.ProbCover(random_state=seed), False),
    "MaxHerding": (lambda seed: pool.MaxHerding(random_state=seed), False),
}


def curve(data, make, needs_model, seed):
    """Return the accuracy at each budget; a strategy that needs a model starts at random."""
    rng = np.random.default_rng(seed)
    n = len(data["labels"])
    rows = rng.permutation(n)[: max(int(data["budgets"].max()), round(SUBSAMPLE * n))]
    x, directions, y = data["vectors"][rows], data["directions"][rows], data["labels"][rows]
    known, strategy, accuracies = np.full(len(rows), np.nan), make(seed), []
    for budget in data["budgets"]:
        missing = int(budget - (~np.isnan(known)).sum())
        if needs_model and np.isnan(known).all():
            picks = rng.permutation(len(rows))[:missing]
        elif needs_model:
            model = SklearnClassifier(
                LogisticRegression(C=STRENGTH, max_iter=1000), classes=np.unique(data["labels"])
            )
            fitted_already = {"fit_estimator" if isinstance(strategy, pool.Clue) else "fit_clf": False}
            picks = strategy.query(x, known, model.fit(x, known), batch_size=missing, **fitted_already)
        else:
            picks = strategy.query(directions, known, batch_size=missing)
        known[picks] = y[picks]
        labelled = ~np.isnan(known)
        predicted = predict(x[labelled], y[labelled], data["test_vectors"])
        accuracies.append(float((predicted == data["test_labels"]).mean()))
    return accuracies


def predict(x, y, test):
    """Return the linear model's classes of the test rows; a single class needs no model."""
    if len(np.unique(y)) < 2:
        return np.full(len(test), y[0])
    return LogisticRegression(C=STRENGTH, max_iter=1000).fit(x, y).predict(test)


if __name__ == "__main__":
    given = dict(np.load(sys.argv[1]))
    made, model_needed = STRATEGIES[sys.argv[2]]
    found = [curve(given, made, model_needed, seed) for seed in range(int(sys.argv[3]))]
    sys.stdout.write(json.dumps(found))
