"""Work of another library; runs in the bench's environment and prints seconds and picks as JSON.

Usage: peers.py METHOD FOLDER ROWS PICKS; the folder has x.npy (n, d) and p.npy (n, c).
"""

import json
import sys
import time
import warnings
from pathlib import Path

import numpy as np

warnings.filterwarnings("ignore")


def mundig_k_center(x, p, k):
    from lightly_mundig import Selection

    selection = Selection()
    selection.add_diversifying_strategy(x.tolist(), 1.0)
    return lambda: selection.run_selection([], len(x), k)


def skactiveml(name):
    def make(x, p, k):
        import skactiveml.pool as pool
        from skactiveml.classifier import SklearnClassifier
        from sklearn.linear_model import LogisticRegression

        labels = np.full(len(x), np.nan)
        if name == "Badge":
            labels[:100] = p[:100].argmax(
                axis=1
            )  # it needs a classifier, which is fitted before the clock starts
            model = SklearnClassifier(LogisticRegression(), classes=range(p.shape[1])).fit(x, labels)
            strategy = pool.Badge(random_state=0)
            return lambda: strategy.query(x, labels, model, fit_clf=False, batch_size=k)
        strategy = getattr(pool, name)(random_state=0)
        return lambda: strategy.query(x, labels, batch_size=k)

    return make


def apricot_facility_location(x, p, k):
    from apricot import FacilityLocationSelection

    return lambda: FacilityLocationSelection(k, metric="cosine", optimizer="lazy").fit(x).ranking


METHODS = {
    "lightly-mundig diversity": mundig_k_center,
    "scikit-activeml CoreSet": skactiveml("CoreSet"),
    "scikit-activeml MaxHerding": skactiveml("MaxHerding"),
    "scikit-activeml Badge": skactiveml("Badge"),
    "scikit-activeml TypiClust": skactiveml("TypiClust"),
    "apricot FacilityLocation": apricot_facility_location,
}

if __name__ == "__main__":
    method, folder, rows, picks = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
    x, p = np.load(folder / "x.npy")[:rows], np.load(folder / "p.npy")[:rows]
    work = METHODS[method](x, p, picks)
    start = time.perf_counter()
    found = work()
    sys.stdout.write(
        json.dumps({"seconds": time.perf_counter() - start, "picks": [int(row) for row in found]})
    )
