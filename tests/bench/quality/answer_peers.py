"""Answers that are not single classes, merged by another library; runs in a separate environment.

Usage: answer_peers.py METHOD FOLDER. The folder has answers.json, rows of task, worker and value; out.npy,
the merged answers as JSON in order of tasks, is written there. Frames are made before the clock starts, and
answers are written after it stops. Seconds are of the processor.
"""

import json
import sys
import time
import warnings
from itertools import combinations
from pathlib import Path

import numpy as np
from region_peers import datumaro_objects, masks, words

warnings.filterwarnings("ignore")


def rover(rows):
    """Merge texts word by word (Fiscus, 1997)."""
    import pandas as pd
    from crowdkit.aggregation import ROVER

    votes = pd.DataFrame(rows, columns=["task", "worker", "text"])
    model = ROVER(str.split, " ".join)
    return lambda: model.fit_predict(votes).sort_index().tolist()


def _encode_trigrams(text):
    """Return the counts of a text's trigrams: there is no model of language to be had offline."""
    out = np.zeros(512)
    for at in range(len(text) - 2):
        out[sum(ord(c) * 31**i for i, c in enumerate(text[at : at + 3])) % 512] += 1
    return out / max(np.linalg.norm(out), 1e-9)


def text_by_embeddings(name):
    """Choose texts by the distance of embeddings, here of character trigrams, and by skill."""

    def make(rows):
        import crowdkit.aggregation
        import pandas as pd

        votes = pd.DataFrame(rows, columns=["task", "worker", "text"])
        model = getattr(crowdkit.aggregation, name)(_encode_trigrams)
        return lambda: model.fit_predict(votes, None).sort_index().tolist()

    return make


def classes(name):
    """Merge single values by a model of votes."""

    def make(rows):
        import crowdkit.aggregation
        import pandas as pd

        texts = [(task, worker, json.dumps(value)) for task, worker, value in rows]
        votes = pd.DataFrame(texts, columns=["task", "worker", "label"])
        model = getattr(crowdkit.aggregation, name)()
        return lambda: [json.loads(text) for text in model.fit_predict(votes).sort_index()]

    return make


def class_sets(name):
    """Decide on each class apart, by a model of votes."""

    def make(rows):
        import crowdkit.aggregation
        import pandas as pd

        names = sorted({label for _, _, labels in rows for label in labels})
        votes = {
            label: pd.DataFrame(
                [(task, worker, label in labels) for task, worker, labels in rows],
                columns=["task", "worker", "label"],
            )
            for label in names
        }

        def work():
            model = getattr(crowdkit.aggregation, name)
            found = {label: model().fit_predict(frame) for label, frame in votes.items()}
            tasks = sorted({task for task, _, _ in rows})
            return [[label for label in names if found[label][task]] for task in tasks]

        return work

    return make


def bradley_terry(name):
    """Order the candidates of all tasks by strengths from pairs; a tie counts for neither side."""

    def make(rows):
        import crowdkit.aggregation
        import pandas as pd

        is_pair = not isinstance(rows[0][2] or "", list)
        pairs = [
            (worker, f"{task} {left}", f"{task} {right}", f"{task} {left}")
            for task, worker, answer in rows
            for left, right in _pairs_of(answer, is_pair)
        ]
        votes = pd.DataFrame(pairs, columns=["worker", "left", "right", "label"])
        tasks = sorted({task for task, _, _ in rows})

        def work():
            score = getattr(crowdkit.aggregation, name)(n_iter=100).fit_predict(votes)
            by_task = {task: [] for task in tasks}
            for key, value in score.items():
                task, candidate = key.split(" ")
                by_task[task].append((-value, candidate))
            return [_best_of(by_task[t]) if is_pair else _order_of(by_task[t]) for t in tasks]

        return work

    return make


def _pairs_of(answer, is_pair):
    if is_pair:
        return [(answer, "b" if answer == "a" else "a")] if answer else []
    return combinations([name for group in answer for name in group], 2)


def _best_of(scores):
    best = sorted(scores)[:2]
    return None if not best or best[0][0] == best[-1][0] else best[0][1]


def _order_of(scores):
    return [[name] for _, name in sorted(scores)]


METHODS = {
    "crowd-kit ROVER": rover,
    "crowd-kit TextRASA": text_by_embeddings("TextRASA"),
    "crowd-kit TextHRRASA": text_by_embeddings("TextHRRASA"),
    "crowd-kit MajorityVote": classes("MajorityVote"),
    "crowd-kit DawidSkene": classes("DawidSkene"),
    "crowd-kit MajorityVote by class": class_sets("MajorityVote"),
    "crowd-kit DawidSkene by class": class_sets("DawidSkene"),
    "crowd-kit MajorityVote by word": words("MajorityVote"),
    "crowd-kit DawidSkene by word": words("DawidSkene"),
    "crowd-kit BradleyTerry": bradley_terry("BradleyTerry"),
    "crowd-kit NoisyBradleyTerry": bradley_terry("NoisyBradleyTerry"),
    "crowd-kit SegmentationMajorityVote": masks("SegmentationMajorityVote"),
    "crowd-kit SegmentationEM": masks("SegmentationEM"),
    "crowd-kit SegmentationRASA": masks("SegmentationRASA"),
    "datumaro IntersectMerge": datumaro_objects,
}


if __name__ == "__main__":
    method, folder = sys.argv[1], Path(sys.argv[2])
    work = METHODS[method](json.loads((folder / "answers.json").read_text()))
    start = time.process_time()
    out = work()
    seconds = time.process_time() - start
    if callable(out):
        out = out()
    np.save(folder / "out.npy", np.array([json.dumps(answer) for answer in out]))
    sys.stdout.write(json.dumps({"seconds": seconds, "mib": 0}))
