"""How well the promised probabilities of label errors hold, without gold and with checked labels."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from rich.console import Console

from shoal_qa.usecases.label_errors.by_predictions import errors_by_predictions
from shoal_qa.usecases.label_errors.by_votes import errors_by_votes
from shoal_qa.usecases.label_errors.checked import calibrate_doubts
from unit.qa.label_errors.test_by_votes import judged_labels
from unit.qa.label_errors.test_checked import CHECKED, MODEL_KINDS, calibration_error, checked_case, is_error
from unit.qa.simulated_errors import Case, simulate_case
from unit.qa.simulated_parts import number_case, set_case

SEEDS, TASKS, RATES = range(2), 500, (0.02, 0.2)
err = Console(stderr=True)
Make = Callable[[int, float], Case]


def tables() -> Iterator[str]:
    """Yield the table so far: points of calibration error, and promised and true numbers of errors."""
    rows = [
        "| labels | judged by | errors, % | promised / true | off, points | checked: promised / true | off |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for (labels, judge), make in _cases().items():
        for rate in RATES:
            err.print(f"promises of label errors: {labels}, {judge}, {rate}")
            rows.append(_row(labels, judge, rate, [make(seed, rate) for seed in SEEDS]))
            yield "\n".join(rows)
    for kind in ("multi_choice", "boxes", "number", "text"):
        rows.append(_votes_row(kind))
        yield "\n".join(rows)


def _votes_row(kind: str) -> str:
    """Return the row of labels that are judged by three votes, some 15 to 25 % of them wrong."""
    rough, checked, true = [], [], []
    for seed in range(2):
        schema, labels, _, truths = judged_labels(kind, jobs=400, seed=seed)
        doubts = errors_by_votes(schema, labels, annotators=20)
        answers, gold = [one.label for one in labels], dict(enumerate(truths))
        some = {task: gold[task] for task in range(CHECKED)}
        rest = [row for row, doubt in enumerate(doubts) if doubt.task >= CHECKED]
        rough.append([doubts[row].wrong for row in rest])
        for target, right in ((checked, some), (true, gold)):
            known = calibrate_doubts(schema, answers, doubts, right).doubts
            target.append([known[row].wrong for row in rest])
    y, cells = np.concatenate(true), [kind, "three votes", ""]
    for judged in (rough, checked):
        p = np.concatenate(judged)
        cells += [f"{p.sum():.0f} / {y.sum():.0f}", f"{100 * calibration_error(p, y):.1f}"]
    return f"| {' | '.join(cells)} |"


def _cases() -> dict[tuple[str, str], Make]:
    made: dict[tuple[str, str], Make] = {}
    for name in ("good detector", "bold scores", "weak detector"):
        made["boxes", name] = _object_maker("boxes", name)
    made["spans", "good detector"] = _object_maker("spans", "good detector")
    made["sets of classes", "a model"] = lambda seed, rate: set_case(seed, TASKS, rate)
    made["numbers", "a model"] = lambda seed, rate: number_case(seed, TASKS, rate)
    return made


def _object_maker(kind: str, name: str) -> Make:
    model = MODEL_KINDS[name]
    return lambda seed, rate: simulate_case(kind, model, tasks=TASKS, rate=rate, seed=seed)


def _row(labels: str, judge: str, rate: float, cases: Sequence[Case]) -> str:
    rough, checked = [_judged(case) for case in cases], [checked_case(case)[1:] for case in cases]
    cells = [labels, judge, f"{100 * rate:.0f}"]
    for judged in (rough, checked):
        p, y = (np.concatenate(part) for part in zip(*judged, strict=True))
        cells += [f"{p.sum():.0f} / {y.sum():.0f}", f"{100 * calibration_error(p, y):.1f}"]
    return f"| {' | '.join(cells)} |"


def _judged(case: Case) -> tuple["np.ndarray", "np.ndarray"]:
    """Return the probabilities without gold of the same doubts, and whether they are errors."""
    doubts = errors_by_predictions(case.schema, case.labels, case.predictions)
    rest = [doubt for doubt in doubts if doubt.task >= CHECKED]
    return np.array([doubt.wrong for doubt in rest]), np.array([is_error(case, doubt) for doubt in rest])
