"""Results of crowdsourcing markets: Amazon Mechanical Turk's CSV of a batch, and Toloka's TSV of a pool."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import orjson

from shoal.files.errors import BadContent
from shoal.files.exports.answers import BadAnswer, Kind, answer_text, choose_question
from shoal.files.exports.fields import VoteFields
from shoal.files.exports.questions import MANY, MOSTLY
from shoal.files.exports.rows import ExportedVotes, VoteRows, few_names

Cells = Mapping[str, Sequence[str]]
MTURK, TOLOKA = "Mechanical Turk results", "Toloka TSV"
_REJECTED = ("rejected", "skipped", "expired", "active")
_TRUE = ("true", "on", "1")
_FLAGS = (*_TRUE, "false", "off", "0", "")


def is_mturk(names: Sequence[str]) -> bool:
    """Return whether the columns are those of the results of a batch of Mechanical Turk."""
    return {"HITId", "WorkerId"} <= set(names) and any(name.startswith("Answer.") for name in names)


def is_toloka(names: Sequence[str]) -> bool:
    """Return whether the columns are those of Toloka's assignments."""
    return "ASSIGNMENT:worker_id" in names and any(name.startswith("OUTPUT:") for name in names)


def read_mturk(cells: Cells, where: Callable[[int], str], fields: VoteFields) -> ExportedVotes:
    """Return the assignments as votes; the rejected ones are counted."""
    answers = _mturk_answers({name: cells[name] for name in cells if name.startswith("Answer.")})
    columns = (
        fields.task or "HITId",
        fields.annotator or "WorkerId",
        "AssignmentStatus",
        "WorkTimeInSeconds",
        "",
    )
    return _read_assignments(cells, answers, where, fields, form=MTURK, prefix="Answer.", columns=columns)


def read_toloka(cells: Cells, where: Callable[[int], str], fields: VoteFields) -> ExportedVotes:
    """Return the assignments as votes, or with `fields.gold` the control tasks' answers (GOLDEN:)."""
    prefix = "GOLDEN:" if fields.gold else "OUTPUT:"
    answers = {name.removeprefix(prefix): cells[name] for name in cells if name.startswith(prefix)}
    if fields.gold and not any(any(values) for values in answers.values()):
        raise BadContent(f" ({TOLOKA}) has no right answers (GOLDEN: columns)")
    columns = (
        fields.task or ("ASSIGNMENT:task_id" if "ASSIGNMENT:task_id" in cells else _only_input(cells)),
        fields.annotator or "ASSIGNMENT:worker_id",
        "ASSIGNMENT:status",
        "",
        "ASSIGNMENT:submitted",
    )
    return _read_assignments(cells, answers, where, fields, form=TOLOKA, prefix=prefix, columns=columns)


def _read_assignments(
    cells: Cells,
    answers: Mapping[str, Sequence[Any]],
    where: Callable[[int], str],
    fields: VoteFields,
    *,
    form: str,
    prefix: str,
    columns: tuple[str, str, str, str, str],
) -> ExportedVotes:
    """Return votes. columns: of the task, annotator, status, seconds and time; "" for none."""
    for name, option in zip(columns[:2], ("task", "worker"), strict=True):
        if name not in cells:
            raise BadContent(f" ({form}) has no column {name}: name one with --{option}-column")
    label = None if fields.label is None else fields.label.removeprefix(prefix)
    kinds = {name: _kind_of(values) for name, values in answers.items()}
    question = choose_question(kinds, replace(fields, label=label), form)
    empty: Sequence[str] = [""] * len(cells[columns[0]])
    task, annotator, status, seconds, at = (cells.get(name, empty) for name in columns)
    votes = VoteRows(
        form=form, tasks=len(set(task)), annotations=len(task), notes=[f"label from {prefix}{question}"]
    )
    for row, value in enumerate(answers[question]):
        try:
            if status[row].strip().lower() in _REJECTED:
                raise BadAnswer(status[row].strip().lower())
            if not task[row] or not (annotator[row] or fields.gold):
                raise BadAnswer("without a task or an annotator")
            classes = [value] if isinstance(value, str) else value
            text = answer_text("classes", classes, fields.shape)
            votes.add(
                task[row], annotator[row], text, where=where(row), seconds=seconds[row], at=at[row] or None
            )
        except BadAnswer as reason:
            votes.leave_out(str(reason))
    return votes.votes()


def _kind_of(values: Sequence[Any]) -> Kind:
    texts = [value for value in values if isinstance(value, str) and value]
    return "text" if len(texts) >= MANY and len(set(texts)) > MOSTLY * len(texts) else "classes"


def _only_input(cells: Cells) -> str:
    inputs = [name for name in cells if name.startswith("INPUT:")]
    if len(inputs) != 1:
        raise BadContent(f" ({TOLOKA}): choose the task's column with --task-column: {few_names(inputs)}")
    return inputs[0]


def _mturk_answers(columns: Cells) -> dict[str, Sequence[Any]]:
    """Return the answers by question; boxes to tick are one question, whose answers are sets.

    A form of crowd-html-elements has a column for each choice, `Answer.animal.cat` with true and false, or
    all answers of the form as JSON in `Answer.taskAnswers`.
    """
    plain = {name.removeprefix("Answer."): cells for name, cells in columns.items()}
    answers: dict[str, Sequence[Any]] = {}
    groups: dict[str, list[str]] = {}
    for name, cells in plain.items():
        group, dot, _ = name.rpartition(".")
        if dot and all(cell.strip().lower() in _FLAGS for cell in cells):
            groups.setdefault(group, []).append(name)
        elif name == "taskAnswers":
            answers |= _task_answers(cells)
        else:
            answers[name] = cells
    for group, names in groups.items():
        choices = [name.removeprefix(f"{group}.") for name in names]
        answers[group] = [
            [choice for choice, cell in zip(choices, row, strict=True) if cell.strip().lower() in _TRUE]
            for row in zip(*(plain[name] for name in names), strict=True)
        ]
    return answers


def _task_answers(cells: Sequence[str]) -> dict[str, Sequence[Any]]:
    forms = [_form_of(cell) for cell in cells]
    names = dict.fromkeys(name for form in forms for name in form)
    return {name: [_ticked_names(form.get(name)) for form in forms] for name in names}


def _form_of(cell: str) -> dict[str, Any]:
    try:
        content = orjson.loads(cell)
    except orjson.JSONDecodeError:
        return {}
    content = content[0] if isinstance(content, list) and content else content
    return content if isinstance(content, dict) else {}


def _ticked_names(value: Any) -> Any:
    """Return the answer in a field of a form: {"label": "a"}, {"labels": ["a"]}, or {"cat": true}."""
    if not isinstance(value, dict):
        return "" if value is None else str(value)
    if "label" in value or "labels" in value:
        content = value.get("labels", value.get("label"))
        return content if isinstance(content, list) else str(content)
    return [name for name, ticked in value.items() if ticked is True]
