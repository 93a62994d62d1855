"""Work of another library on votes; runs in a separate environment and prints seconds and memory as JSON.

Usage: peers.py METHOD FOLDER. The folder has task.npy, annotator.npy, label.npy and truth.npy; out.npy is
written there. Frames are made before the clock starts.
"""

import json
import resource
import sys
import time
import warnings
from pathlib import Path

import numpy as np

warnings.filterwarnings("ignore")
ACCURACY = ("MajorityVote", "Wawa", "DawidSkene", "OneCoinDawidSkene", "MACE", "GLAD")


def frame(folder):
    import pandas as pd

    columns = {"task": "task", "worker": "annotator", "label": "label"}
    return pd.DataFrame({theirs: np.load(folder / f"{ours}.npy") for theirs, ours in columns.items()})


def crowd_kit(name, **options):
    def make(folder):
        import crowdkit.aggregation

        votes = frame(folder)
        model = getattr(crowdkit.aggregation, name)(**options)

        def work():
            model.fit(votes)
            return model.probas_.sort_index().sort_index(axis=1).to_numpy()

        return work

    return make


def cleanlab_multiannotator(folder):
    from cleanlab.multiannotator import get_label_quality_multiannotator

    votes, truth = frame(folder), np.load(folder / "truth.npy")
    wide = votes.pivot(index="task", columns="worker", values="label")
    classes = int(votes.label.max()) + 1
    rng = np.random.default_rng(0)
    guess = np.where(rng.random(len(truth)) < 0.8, truth, rng.integers(classes, size=len(truth)))
    predictions = 0.3 / classes + 0.7 * np.eye(classes)[guess]

    def work():
        found = get_label_quality_multiannotator(wide, predictions, verbose=False)
        return found["label_quality"]["consensus_label"].to_numpy()

    return work


def krippendorff_alpha(folder):
    import krippendorff

    votes = frame(folder)

    def work():
        classes = int(votes.label.max()) + 1
        cells = np.bincount(votes.task.to_numpy() * classes + votes.label.to_numpy())
        counts = np.pad(cells, (0, -len(cells) % classes)).reshape(-1, classes)
        return np.array(krippendorff.alpha(value_counts=counts, level_of_measurement="nominal"))

    return work


def accuracy(folder):
    """Return the accuracy of each method, in the order of ACCURACY, nan for one that fails."""
    import crowdkit.aggregation

    votes, truth = frame(folder), np.load(folder / "truth.npy")

    def one(name):
        try:
            found = getattr(crowdkit.aggregation, name)().fit_predict(votes)
        except Exception as error:
            sys.stderr.write(f"{name}: {error!r}\n")
            return np.nan
        gold = found.index[truth[found.index] >= 0]
        return float((found[gold].to_numpy() == truth[gold]).mean())

    return lambda: np.array([one(name) for name in ACCURACY])


METHODS = {
    "DawidSkene, 10 rounds": crowd_kit("DawidSkene", n_iter=10, tol=-1.0),
    "DawidSkene": crowd_kit("DawidSkene"),
    "MACE": crowd_kit("MACE", n_restarts=1),
    "GLAD": crowd_kit("GLAD"),
    "cleanlab": cleanlab_multiannotator,
    "krippendorff": krippendorff_alpha,
    "accuracy": accuracy,
}


def peak_mib():
    """Return the peak memory of this process; getrusage would include that of the parent before the start."""
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20  # macOS counts bytes
    line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


if __name__ == "__main__":
    method, folder = sys.argv[1], Path(sys.argv[2])
    work = METHODS[method](folder)
    start = time.perf_counter()
    out = work()
    seconds = time.perf_counter() - start
    np.save(folder / "out.npy", out)
    sys.stdout.write(json.dumps({"seconds": seconds, "mib": peak_mib()}))
