"""Label Studio's JSON: tasks with annotations, whose results belong to the controls of the labelling config.

The form is that of https://labelstud.io/guide/task_format, also with `completions` in place of `annotations`
(before version 1.0), and that of the annotations in a target storage, one object each.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from shoal.files.errors import BadContent
from shoal.files.exports.answers import FORMED_KINDS, BadAnswer, Kind, answer_text, choose_question
from shoal.files.exports.fields import VoteFields
from shoal.files.exports.records import Row, name_text, person_text, skipped_rows
from shoal.files.exports.rows import ExportedVotes, VoteRows, few_names
from shoal.files.exports.tools.label_studio_spans import SpanPlaces
from shoal.files.exports.tools.label_studio_values import kind_of_result, value_of_results
from shoal.wording import format_count

FORM = "Label Studio JSON"
REGIONS = ("boxes", "polygons", "spans")
Task = tuple[str, dict[str, Any], list[dict[str, Any]]]  # its place in the file, the task, its annotations


@dataclass(frozen=True, slots=True)
class _Question:
    """The question that is read. several: controls that are questions of their own for each image or text."""

    name: str
    several: frozenset[str]
    places: SpanPlaces = field(default_factory=SpanPlaces)

    def results_of(self, annotation: Mapping[str, Any], shape: str) -> list[dict[str, Any]]:
        """Return the results that answer the question. Raises BadAnswer.

        No region is an answer as well, so that of regions all results must be readable.
        """
        results = _all_results(annotation) if shape in REGIONS else _results_of(annotation)
        return [one for one in results if _question_of(one, self.several) == self.name]


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
    several = _controls_of_several(annotations)
    control = choose_question(_controls_of(annotations, several), fields, FORM)
    votes.notes.append(f"label from {control}")
    annotations = _last_states(annotations, votes)
    if fields.gold:
        annotations = _ground_truth(annotations, votes)
    question = _Question(control, several)
    for task, annotation in annotations:
        try:
            _add_vote(votes, (task, annotation), question, fields)
        except BadAnswer as reason:
            votes.leave_out(str(reason))
    votes.notes += question.places.notes()
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


def _controls_of(
    annotations: Iterable[tuple[Task, dict[str, Any]]], several: Collection[str]
) -> dict[str, Kind]:
    """Return the kinds of the controls. Raises BadContent if there are only such that cannot be read."""
    kinds: dict[str, Kind] = {}
    unreadable: dict[str, Any] = {}
    for _, annotation in annotations:
        for result in _results_of(annotation):
            name = _question_of(result, several)
            if name is not None and name not in kinds:
                kind = kind_of_result(result)
                if kind is None:
                    unreadable[name] = result.get("type")
                else:
                    kinds[name] = kind
    if unreadable and not kinds:
        names = few_names([f"{name} ({what})" for name, what in unreadable.items()])
        raise BadContent(f" ({FORM}) has answers to {names} only, which cannot be read")
    return kinds


def _controls_of_several(annotations: Iterable[tuple[Task, dict[str, Any]]]) -> frozenset[str]:
    """Return the controls whose regions are on several images or texts, which are questions of their own."""
    targets: dict[str, set[str]] = defaultdict(set)
    for _, annotation in annotations:
        for result in _results_of(annotation):
            name = result.get("from_name")
            if isinstance(name, str) and result.get("to_name") and kind_of_result(result) in FORMED_KINDS:
                targets[name].add(_target_of(result))
    return frozenset(name for name, names in targets.items() if len(names) > 1)


def _target_of(result: Mapping[str, Any]) -> str:
    """Return what a region is on: the name of an image or text, and of several its number."""
    number = result.get("item_index")
    return f"{result.get('to_name')}[{number}]" if number else str(result.get("to_name"))


def _question_of(result: Mapping[str, Any], several: Collection[str]) -> str | None:
    """Return the question of a result: its control, as label@image if the control is on several images."""
    name = result.get("from_name")
    if not isinstance(name, str):
        return None
    return f"{name}@{_target_of(result)}" if name in several else name


def _all_results(annotation: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the results of an annotation. Raises BadAnswer if one of them cannot be read."""
    results = annotation.get("result")
    if not isinstance(results, list) or not all(map(_is_result, results)):
        raise BadAnswer("with a result that cannot be read")
    return results


def _is_result(result: Any) -> bool:
    return isinstance(result, dict) and (
        isinstance(result.get("from_name"), str) or result.get("type") == "relation"
    )


def _results_of(annotation: Mapping[str, Any]) -> list[dict[str, Any]]:
    results = annotation.get("result")
    return [one for one in results if isinstance(one, dict)] if isinstance(results, list) else []


def _add_vote(
    votes: VoteRows,
    pair: tuple[Task, dict[str, Any]],
    question: _Question,
    fields: VoteFields,
) -> None:
    (where, record, _), annotation = pair
    if annotation.get("was_cancelled") or annotation.get("skipped"):
        raise BadAnswer("cancelled")
    annotator = _annotator_of(annotation)
    if annotator is None:
        if not fields.gold:
            raise BadAnswer("without an annotator (completed_by)")
        annotator = ""
    results = question.results_of(annotation, fields.shape)
    if fields.shape == "spans":
        results = [_placed_result(result, record, question.places) for result in results]
    kind, value = value_of_results(results, fields.shape)
    votes.add(
        _task_name(record, fields.task, where),
        annotator,
        answer_text(kind, value, fields.shape),
        where=where,
        seconds=annotation.get("lead_time"),
        at=annotation.get("created_at"),
    )


def _placed_result(result: dict[str, Any], record: Mapping[str, Any], places: SpanPlaces) -> dict[str, Any]:
    value, data = result.get("value"), record.get("data")
    if not isinstance(value, dict) or not isinstance(data, dict):
        return result
    return {**result, "value": places.placed_value(value, data)}


def _last_states(
    annotations: Sequence[tuple[Task, dict[str, Any]]], votes: VoteRows
) -> list[tuple[Task, dict[str, Any]]]:
    """Return each annotation once, as of its last change: exports of one project may overlap."""
    last: dict[Any, tuple[Task, dict[str, Any]]] = {}
    for number, pair in enumerate(annotations):
        (_, record, _), annotation = pair
        name = name_text(annotation.get("id"))
        key = (str(record.get("id")), name, _annotator_of(annotation)) if name is not None else number
        if key in last:
            votes.leave_out("of which the export has a later state")
            if _changed_at(annotation) < _changed_at(last[key][1]):
                continue
        last[key] = pair
    return list(last.values())


def _changed_at(annotation: Mapping[str, Any]) -> str:
    return str(annotation.get("updated_at") or annotation.get("created_at") or "")


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
        votes.notes.append(f"{format_count(empty, 'task')} without annotations")
    marked = sum(bool(annotation.get("ground_truth")) for _, annotation in annotations)
    if marked and not fields.gold:
        votes.notes.append(f"ground truth: {marked:,}, counted as votes; --gold reads only these")
