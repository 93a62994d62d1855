"""`shoal qa agreement`: how far annotators agree, over a file of votes."""

from typing import Annotated, Any

import numpy as np
import typer
from rich.table import Table

from shoal.command_line.client import out
from shoal_qa.adapters.files.votes import Columns, Gold, read_votes
from shoal_qa.cli.offline import (
    LabelColumn,
    Output,
    TaskColumn,
    Votes,
    WorkerColumn,
    check_output,
    doing,
    name,
    one_line_errors,
    shown,
    warn,
)
from shoal_qa.domain.votes.arrays import Named
from shoal_qa.usecases.files.agreement import Found, agreement_of

SHOWN_CLASSES = 30


def agreement(
    votes: Votes,
    shape: Annotated[
        str, typer.Option(help="class, number, multi (a|b), text, spans or boxes (JSON).")
    ] = "class",
    level: Annotated[
        str | None, typer.Option(help="Of numbers: interval (default), ordinal or ratio.")
    ] = None,
    worst: Annotated[int, typer.Option(min=0, help="How many tasks to list.")] = 10,
    seed: Annotated[int, typer.Option(help="Of the random pairs that stand for chance.")] = 0,
    output: Output = "table",
    task_column: TaskColumn = "task",
    worker_column: WorkerColumn = "worker",
    label_column: LabelColumn = "label",
) -> None:
    """Show Krippendorff's alpha, agreement by class, and the tasks that divide people; needs no stack."""
    with one_line_errors():
        check_output(output)
        with doing("reading"):
            file = read_votes(votes, Columns(task_column, worker_column, label_column), Gold(), warn)
        with doing("comparing"):
            found = agreement_of(file.named, shape, level, file.where, np.random.default_rng(seed))
    _warn(found, file.named)
    told = _told(found, file.named, shape, worst)
    if output == "json":
        out.print_json(data=told)
    else:
        _show(told)


def _warn(found: Found, named: Named) -> None:
    if len(named.annotators) == 1:
        warn(f"one annotator only ({named.annotators[0]!r}): there is nobody to agree with")
    elif not (found.tasks.answers > 1).any():
        warn("no task has two votes: agreement cannot be measured")
    elif found.alpha.value is None:
        warn("all answers are the same: agreement beyond chance cannot be measured")
    elif found.alpha.units < 30:
        warn(f"only {found.alpha.units} tasks have two votes or more: the interval is too narrow")


def _told(found: Found, named: Named, shape: str, worst: int) -> dict[str, Any]:
    """Return what was found by name; `apart` of numbers is their mean difference."""
    least, middle, most = found.votes_per_task().tolist()
    mean = found.tasks.mean()
    told: dict[str, Any] = {
        "shape": shape,
        "level": found.level or None,
        "votes": len(named.votes),
        "tasks": len(named.tasks),
        "annotators": len(named.annotators),
        "alpha": found.alpha.value,
        "alpha_low": found.alpha.low,
        "alpha_high": found.alpha.high,
        "tasks_with_two_votes": int((found.tasks.answers > 1).sum()),
        "votes_per_task": {"least": least, "median": middle, "most": most},
    }
    told["mean_difference" if shape == "number" else "agreement_of_pairs"] = (
        mean if mean is None or shape == "number" else 1 - mean
    )
    if found.classes is not None:
        told["classes"] = _classes(found, named)
    told["worst_tasks"] = _worst(found, named, shape, worst)
    return told


def _classes(found: Found, named: Named) -> list[dict[str, Any]]:
    by = found.classes
    assert by is not None
    return [
        {
            "class": named.classes[k],
            "share": float(by.share[k]),
            "agreement": _number(by.agreement[k]),
            "mostly_confused_with": named.classes[by.confused[k]] if by.confused[k] >= 0 else None,
            "confused_share": _number(by.confused_share[k]) if by.confused[k] >= 0 else None,
        }
        for k in range(len(named.classes))
    ]


def _worst(found: Found, named: Named, shape: str, worst: int) -> list[dict[str, Any]]:
    key = "mean_difference" if shape == "number" else "agreement"
    rows = found.tasks.worst(worst).tolist()
    return [
        {
            "task": named.tasks[row],
            "votes": int(found.tasks.answers[row]),
            key: float(found.tasks.apart[row] if shape == "number" else 1 - found.tasks.apart[row]),
        }
        for row in rows
    ]


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _show(told: dict[str, Any]) -> None:
    summary = Table("what", "value", title="agreement")
    interval = f" ({shown(told['alpha_low'])} to {shown(told['alpha_high'])})" if told["alpha_low"] else ""
    level = f", {told['level']}" if told["level"] else ""
    summary.add_row(f"Krippendorff's alpha{level}: 1 perfect, 0 chance", shown(told["alpha"]) + interval)
    if "mean_difference" in told:
        summary.add_row("mean difference of two answers on a task", shown(told["mean_difference"]))
    else:
        summary.add_row("agreement of two answers on a task", shown(told["agreement_of_pairs"]))
    per = told["votes_per_task"]
    summary.add_row(
        "votes, tasks, annotators", f"{told['votes']:,}, {told['tasks']:,}, {told['annotators']:,}"
    )
    summary.add_row("votes per task: least, median, most", f"{per['least']}, {per['median']}, {per['most']}")
    summary.add_row("tasks with two votes or more", f"{told['tasks_with_two_votes']:,}")
    out.print(summary)
    if told.get("classes"):
        _show_classes(told["classes"])
    if told["worst_tasks"]:
        key = "mean_difference" if "mean_difference" in told else "agreement"
        tasks = Table("task", "votes", key.replace("_", " "), title="tasks that divide people most")
        for each in told["worst_tasks"]:
            tasks.add_row(name(each["task"], 80), str(each["votes"]), shown(each[key]))
        out.print(tasks)


def _show_classes(rows: list[dict[str, Any]]) -> None:
    title = "classes by agreement: where one says it, how often another does"
    table = Table("class", "share of votes", "agreement", "else mostly", title=title)
    ranked = sorted(rows, key=lambda each: (each["agreement"] is None, each["agreement"]))
    for each in ranked[:SHOWN_CLASSES]:
        other = each["mostly_confused_with"]
        mostly = "" if other is None else f"{name(other)} ({shown(each['confused_share'])})"
        table.add_row(name(each["class"]), shown(each["share"]), shown(each["agreement"]), mostly)
    if len(rows) > SHOWN_CLASSES:
        table.caption = f"{SHOWN_CLASSES} of {len(rows):,} classes; --output json has all"
    out.print(table)
