"""Boxes, polygons and spans, merged by other libraries; runs in a separate environment (answer_peers.py)."""

import logging

import numpy as np

COLUMNS, ROWS = 160, 120  # pixels of a mask: more would slow the other side down
LEAST_PIXELS = 12  # of a part of a merged mask that is an object


def datumaro_objects(rows):
    """Merge objects by overlap and quorum, as CVAT does: its consensus is made from this class."""
    import datumaro
    from datumaro.components.merge.intersect_merge import IntersectMerge

    logging.disable(logging.WARNING)
    kind = rows[0][2]["kind"]
    labels = sorted({shape["label"] for _, _, answer in rows for shape in answer[kind]})

    def made(shape):
        label = labels.index(shape["label"])
        if kind == "polygons":
            points = [value for x, y in shape["points"] for value in (x * 640, y * 480)]
            return datumaro.Polygon(points, label=label)
        width, height = shape["right"] - shape["left"], shape["bottom"] - shape["top"]
        return datumaro.Bbox(shape["left"] * 640, shape["top"] * 480, width * 640, height * 480, label=label)

    votes = max(sum(task == rows[0][0] for task, _, _ in rows), 1)
    sources = [{} for _ in range(votes)]  # the first answers of all tasks, the second, ...
    for task, _, answer in rows:
        source = next(source for source in sources if task not in source)
        source[task] = [made(shape) for shape in answer[kind]]
    image = np.zeros((480, 640, 3), np.uint8)
    datasets = [
        datumaro.Dataset.from_iterable(
            [
                datumaro.DatasetItem(id=task, annotations=shapes, media=datumaro.Image.from_numpy(image))
                for task, shapes in source.items()
            ],
            categories=labels,
        )
        for source in sources
    ]
    conf = IntersectMerge.Conf(pairwise_dist=0.5, quorum=votes // 2 + 1)

    def answer_of(item):
        shapes = [shape for shape in item.annotations if shape.label is not None]
        return {**rows[0][2], kind: [described(shape) for shape in shapes]}

    def described(shape):
        named = {"label": labels[shape.label]}
        if kind == "polygons":
            points = np.clip(np.array(shape.points).reshape(-1, 2) / (640, 480), 0, 1)
            return {**named, "points": points.tolist()}
        left, top, width, height = shape.get_bbox()
        right, bottom = min((left + width) / 640, 1), min((top + height) / 480, 1)
        return {**named, "left": left / 640, "top": top / 480, "right": right, "bottom": bottom}

    def work():
        merged = IntersectMerge(conf=conf)(*datasets)
        return lambda: [answer_of(item) for item in sorted(merged, key=lambda item: item.id)]

    return work


def masks(name):
    """Merge the masks of each class of an image; the parts of a merged mask are its objects."""

    def make(rows):
        import crowdkit.aggregation
        import pandas as pd

        labels = sorted({shape["label"] for _, _, answer in rows for shape in answer["polygons"]})
        frame = pd.DataFrame(
            [
                (f"{task} {label}", worker, _mask_of(answer["polygons"], label))
                for task, worker, answer in rows
                for label in labels
            ],
            columns=["task", "worker", "segmentation"],
        )
        marked = frame[frame.segmentation.map(np.any)].task.unique()
        frame = frame[frame.task.isin(marked)].reset_index(drop=True)
        tasks = sorted({task for task, _, _ in rows})

        def work():
            merged = getattr(crowdkit.aggregation, name)().fit_predict(frame)
            return lambda: [{**rows[0][2], "polygons": _outlines_of(task, labels, merged)} for task in tasks]

        return work

    return make


def _mask_of(shapes, label):
    import cv2

    fine = np.zeros((4 * ROWS, 4 * COLUMNS), np.uint8)
    for shape in shapes:
        if shape["label"] == label:
            corners = np.array(shape["points"]) * (4 * COLUMNS, 4 * ROWS)
            cv2.fillPoly(fine, [corners.round().astype(np.int32)], 1)
    return fine.reshape(ROWS, 4, COLUMNS, 4).mean(axis=(1, 3)) >= 0.5


def _outlines_of(task, labels, merged):
    import cv2

    shapes = []
    for label in labels:
        mask = merged.get(f"{task} {label}")
        if mask is None:
            continue
        fine = np.kron(np.asarray(mask, np.uint8), np.ones((4, 4), np.uint8))
        outlines, _ = cv2.findContours(fine, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_TC89_L1)
        for outline in outlines:
            if len(outline) >= 3 and cv2.contourArea(outline) >= 16 * LEAST_PIXELS:
                points = np.clip((outline[:, 0] + 0.5) / (4 * COLUMNS, 4 * ROWS), 0, 1)
                shapes.append({"label": label, "points": points[:900].tolist()})
    return shapes


def words(name):
    """Decide on the class of each word, and join neighbours of one class."""

    def make(rows):
        import crowdkit.aggregation
        import pandas as pd

        votes = pd.DataFrame(
            [
                (f"{task} {at:05}", worker, label)
                for task, worker, (count, spans) in rows
                for at, label in enumerate(_classes_of_words(count, spans))
            ],
            columns=["task", "worker", "label"],
        )
        model = getattr(crowdkit.aggregation, name)()

        def work():
            found = model.fit_predict(votes).sort_index()
            return lambda: _spans_by_task(found)

        return work

    return make


def _classes_of_words(count, spans):
    classes = [""] * count
    for label, first, end in spans:
        classes[first:end] = [label] * (end - first)
    return classes


def _spans_by_task(found):
    by_task = {}
    for key, label in found.items():
        by_task.setdefault(key.split(" ")[0], []).append(label)
    return [_runs_of(by_task[task]) for task in sorted(by_task)]


def _runs_of(classes):
    starts = [at for at in range(len(classes)) if at == 0 or classes[at] != classes[at - 1]]
    ends = [*starts[1:], len(classes)]
    return [(classes[a], a, b) for a, b in zip(starts, ends, strict=True) if classes[a]]
