"""Label Studio's JSON: tasks with annotations, whose results belong to the controls of the labelling config.

The form is that of https://labelstud.io/guide/task_format, also with `completions` in place of `annotations`
(before version 1.0), and that of the annotations in a target storage, one object each.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from shoal.files.errors import BadContent
from shoal.files.exports.answers import BadAnswer, Kind, answer_text, choose_question
from shoal.files.exports.fields import VoteFields
from shoal.files.exports.label_studio_values import kind_of_result, value_of_results
from shoal.files.exports.records import Row, name_text, person_text, skipped_rows
from shoal.files.exports.rows import ExportedVotes, VoteRows, few_names

FORM = "Label Studio JSON"
Task = tuple[str, dict[str, Any], list[dict[str, Any]]]  # its place in the file, the task, its annotations


def is_label_studio(record: Mapping[str, Any]) -> bool:
    """Return whether an object is a task with annotations, or an annotation with its task."""
    if isinstance(record.get("annotations", record.get("completions")), list) and "data" in record:
        return isinstance(record["data"], dict)
    return isinstance(record.get("result"), list) and "task" in record


def read_label_studio(rows: Sequence[Row], fields: VoteFields) -> ExportedVotes:
    """Return the annotations as votes; with `fields.gold` those that are marked as ground truth."""
    votes, tasks = VoteRows(form=FORM), list(_tasks_of(rows))
    votes.tasks = len({where for where, _, _ in tasks})
    skipped_rows(votes, len(rows) - len(tasks), "without annotations of Label Studio")
    annotations = [(task, annotation) for task in tasks for annotation in task[2]]
    votes.annotations = len(annotations)
    if not annotations:
        raise BadContent(f" ({FORM}) has no annotations, in {votes.counts()}; predictions are no votes")
    control = choose_question(_controls_of(annotations), fields, FORM)
    votes.notes.append(f"label from {control}")
    if fields.gold:
        annotations = _ground_truth(annotations, votes)
    for task, annotation in annotations:
        try:
            _add_vote(votes, (task, annotation), control, fields)
        except BadAnswer as reason:
            votes.leave_out(str(reason))
    _note_others(votes, tasks, annotations, fields)
    return votes.votes()


def _tasks_of(rows: Sequence[Row]) -> Iterator[Task]:
    for where, record in rows:
        annotations = record.get("annotations", record.get("completions"))
        if isinstance(annotations, list):
            where = f"task {record['id']}" if record.get("id") is not None else where
            yield where, record, [one for one in annotations if isinstance(one, dict)]
        elif isinstance(record.get("result"), list):
            task = record.get("task")
            task = task if isinstance(task, dict) else {"id": task}
            yield f"task {task.get('id')}", task, [record]


def _controls_of(annotations: Iterable[tuple[Task, dict[str, Any]]]) -> dict[str, Kind]:
    """Return the kinds of the controls. Raises BadContent if there are only such that cannot be read."""
    kinds: dict[str, Kind] = {}
    unreadable: dict[str, Any] = {}
    for _, annotation in annotations:
        for result in _results_of(annotation):
            name = result.get("from_name")
            if isinstance(name, str) and name not in kinds:
                kind = kind_of_result(result)
                if kind is None:
                    unreadable[name] = result.get("type")
                else:
                    kinds[name] = kind
    if unreadable and not kinds:
        names = few_names([f"{name} ({what})" for name, what in unreadable.items()])
        raise BadContent(f" ({FORM}) has answers to {names} only, which cannot be read")
    return kinds


def _results_of(annotation: Mapping[str, Any]) -> list[dict[str, Any]]:
    results = annotation.get("result")
    return [one for one in results if isinstance(one, dict)] if isinstance(results, list) else []


def _add_vote(votes: VoteRows, pair: tuple[Task, dict[str, Any]], control: str, fields: VoteFields) -> None:
    (where, record, _), annotation = pair
    if annotation.get("was_cancelled") or annotation.get("skipped"):
        raise BadAnswer("cancelled")
    annotator = _annotator_of(annotation)
    if annotator is None:
        if not fields.gold:
            raise BadAnswer("without an annotator (completed_by)")
        annotator = ""
    results = [result for result in _results_of(annotation) if result.get("from_name") == control]
    kind, value = value_of_results(results, fields.shape)
    votes.add(
        _task_name(record, fields.task, where),
        annotator,
        answer_text(kind, value, fields.shape),
        where=where,
        seconds=annotation.get("lead_time"),
        at=annotation.get("created_at"),
    )


def _annotator_of(annotation: Mapping[str, Any]) -> str | None:
    """Return the annotator's e-mail address as in Label Studio's CSV, else the id."""
    return person_text(annotation.get("completed_by")) or name_text(annotation.get("created_username"))


def _task_name(record: Mapping[str, Any], column: str | None, where: str) -> str:
    """Return the task's id, or what the user named: a field of the task or of its data."""
    data = record.get("data")
    data = data if isinstance(data, dict) else {}
    if column is None:
        value = record.get("id")
    else:
        value = record.get(column, data.get(column.removeprefix("data."))) if column != "data" else None
    name = name_text(value)
    if name is None:
        if column is None:
            return where
        names = few_names(["id", "inner_id", *map(str, data)])
        raise BadContent(f" ({FORM}), {where} has no {column}: name one of {names} with --task-column")
    return name


def _ground_truth(
    annotations: list[tuple[Task, dict[str, Any]]], votes: VoteRows
) -> list[tuple[Task, dict[str, Any]]]:
    marked = [pair for pair in annotations if pair[1].get("ground_truth")]
    if marked:
        votes.notes.append(f"{len(marked):,} marked as ground truth")
        return marked
    people = {_annotator_of(annotation) for _, annotation in annotations}
    if len(people) > 1:
        raise BadContent(
            f" ({FORM}) has no annotation that is marked as ground truth, and {len(people)} annotators: "
            "mark the right answers in Label Studio, or give the answers of one annotator"
        )
    votes.notes.append("no ground truth is marked, all answers of the only annotator are right")
    return annotations


def _note_others(
    votes: VoteRows, tasks: Sequence[Task], annotations: Sequence[tuple[Task, Any]], fields: VoteFields
) -> None:
    empty = sum(not annotations for _, _, annotations in tasks)
    if empty:
        votes.notes.append(f"{empty:,} {'task' if empty == 1 else 'tasks'} without annotations")
    marked = sum(bool(annotation.get("ground_truth")) for _, annotation in annotations)
    if marked and not fields.gold:
        votes.notes.append(f"ground truth: {marked:,}, counted as votes; --gold reads only these")
