"""Reading and writing of `shoal qa consensus --shape`, for answers that are not single classes."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from shoal.command_line.offline import print_summary, print_warning, show_progress, show_steps
from shoal.contracts.answers import Answer
from shoal.files.errors import BadInput
from shoal.files.writing import Cells, write_table, write_text
from shoal_qa.adapters.files.annotators import write_annotators
from shoal_qa.adapters.files.answers import match_tasks
from shoal_qa.adapters.files.votes import Columns, VotesFile
from shoal_qa.adapters.pages.consensus import consensus_page
from shoal_qa.cli.files.labelling import LABELS, Outputs
from shoal_qa.cli.files.votes import VoteFiles, summarize_votes, warn_of_few
from shoal_qa.domain.annotators.trust import TrustRule
from shoal_qa.domain.consensus import Options
from shoal_qa.domain.votes.arrays import Floats, NamedVotes
from shoal_qa.usecases.answers.merged import WITH_PARTS, part_shares
from shoal_qa.usecases.files.annotators import AnnotatorFindings
from shoal_qa.usecases.files.answers.annotators import examine_answers
from shoal_qa.usecases.files.answers.consensus import AnswerConsensus, answer_facts, answers_of
from shoal_qa.usecases.files.facts import Facts
from shoal_qa.usecases.files.texts.candidates import check_candidates, check_right_answers
from shoal_qa.usecases.files.texts.misread_regions import warn_of_regions
from shoal_qa.usecases.files.texts.written import WrittenAnswers
from shoal_qa.usecases.files.texts.written_answers import read_written
from shoal_qa.usecases.files.texts.written_classes import Spelling, spelled_classes

EXTRA = ("parts", "low", "high", "cut")  # columns of some shapes


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerInputs:
    """The input. written: the answer of each class of `named`. gold, truth: right answers by number of task.

    truth: None without such a file. seconds, at: (votes,), None unless the columns name them.
    """

    named: NamedVotes
    written: WrittenAnswers
    gold: Mapping[int, Answer]
    truth: Mapping[int, Answer] | None
    source: str
    seconds: Floats | None = None
    at: Floats | None = None


def refuse_class_files(**of_classes: Path | None) -> None:
    """Raise BadInput for files that need classes."""
    for field, value in of_classes.items():
        if value is not None:
            raise BadInput("needs --shape class: answers of other shapes have no such file", field=field)


def read_answer_inputs(files: VoteFiles) -> AnswerInputs:
    """Return votes, gold and truth as answers of the shape in the columns. Raises BadInput."""
    columns, reading = files.columns, files.reading
    with show_progress("reading"):
        right = {"gold": files.read_gold(), "truth": files.read_truth()}
        file = _with_voted_tasks(files.read_votes())
    summarize_votes(file, with_classes=False)
    texts, places = list(file.named.classes), list[str]()
    number: dict[tuple[str, str], int] = {}
    by_file: dict[str, Mapping[str, str]] = {}
    for what, answers in right.items():
        by_file[str(answers.sheet)] = by_task = match_tasks(
            answers, file, print_warning, what=what, join=reading.join_spellings
        )
        if answers.sheet is not None:
            print_summary(answers.sheet, answers.sheet.facts())
        for task, text in by_task.items():
            number[what, task] = len(texts)
            texts.append(text)
            places.append(f"{answers.sheet}, task {task!r}")
    voted, line_of = len(file.named.classes), file.places()
    written = read_written(
        columns.shape,
        texts,
        lambda at: line_of(at) if at < voted else places[at - voted],
        bounds=columns.bounds,
    )
    votes = [*file.named.votes.votes_per_label(), *(1 for _ in places)]
    written = spelled_classes(written, Spelling(join=reading.join_spellings, warn=print_warning, votes=votes))
    check_candidates(columns.shape, file.named, line_of, print_warning)
    warn_of_regions(columns.shape, file.named, print_warning, others=by_file)
    for subject, by_task in by_file.items():
        check_right_answers(columns.shape, file.named, by_task, subject)
    warn_of_few(file.named)

    def answers_by_task(what: str) -> dict[int, Answer]:
        at = [number.get((what, name)) for name in file.named.tasks]
        return {task: written.answers[index] for task, index in enumerate(at) if index is not None}

    return AnswerInputs(
        named=file.named,
        written=written,
        gold=answers_by_task("gold"),
        truth=None if files.truth is None else answers_by_task("truth"),
        source=files.votes.name,
        seconds=file.seconds,
        at=file.at,
    )


def _with_voted_tasks(file: VotesFile) -> VotesFile:
    """Return the file without tasks whose votes are all empty: an answer cannot be made of nothing."""
    is_voted = file.named.votes.votes_per_task() > 0
    if is_voted.all():
        return file
    names = [name for name, voted in zip(file.named.tasks, is_voted, strict=True) if voted]
    absent = next(name for name, voted in zip(file.named.tasks, is_voted, strict=True) if not voted)
    print_warning(
        f"{file.sheet}: tasks without a vote are left out: {int((~is_voted).sum()):,}, such as {absent!r}"
    )
    number = (np.cumsum(is_voted) - 1).astype(np.int32)
    votes = replace(file.named.votes, task=number[file.named.votes.task], tasks=len(names))
    return replace(file, named=replace(file.named, votes=votes, tasks=names))


def write_answers(inputs: AnswerInputs, options: Options, outputs: Outputs) -> Facts:
    """Fit the models, then write the files; return the facts of the report. Raises BadInput."""
    merged = merge_inputs(inputs, options)
    _write_answers(outputs.labels, inputs, merged, task_column=outputs.columns.task_name)
    if outputs.annotators is not None:
        people = annotators_of_answers(inputs, merged, seed=options.seed, rule=TrustRule())
        write_people(outputs.annotators, inputs.named, people, outputs.columns)
    facts = answer_facts(inputs.named, inputs.written, merged, options, source=inputs.source)
    if outputs.report is not None:
        write_text(outputs.report, consensus_page(facts))
    return facts


def merge_inputs(inputs: AnswerInputs, options: Options) -> AnswerConsensus:
    """Return the merged answers of the input."""
    with show_steps("reading answers") as step:
        return answers_of(inputs.named, inputs.written, inputs.gold, options, report=step)


def annotators_of_answers(
    inputs: AnswerInputs, merged: AnswerConsensus, *, seed: int, rule: TrustRule
) -> AnnotatorFindings:
    """Return the findings about those who answered. Raises BadInput."""
    with show_progress("looking at annotators"):
        rng = np.random.default_rng(seed)
        return examine_answers(inputs.named, merged, seconds=inputs.seconds, at=inputs.at, rng=rng, rule=rule)


def write_people(file: Path, named: NamedVotes, people: AnnotatorFindings, columns: Columns) -> None:
    """Write one row for each annotator; answers that are not single classes have no shares by class."""
    level = TrustRule().raised_below
    write_annotators(
        file, people, annotators=named.annotators, classes=(), name=columns.annotator_name, level=level
    )


def _write_answers(file: Path, inputs: AnswerInputs, merged: AnswerConsensus, *, task_column: str) -> None:
    votes = inputs.named.votes
    count, actions = votes.votes_per_task(), merged.actions()
    near = np.bincount(votes.task, merged.near, votes.tasks)
    columns: dict[str, Cells] = {
        task_column if task_column not in (*LABELS, *EXTRA) else "task": inputs.named.tasks,
        "label": [inputs.written.write(answer) for answer in merged.answers],
        "probability": merged.probability.round(4),
        "accepted": np.array([action == "accept" for action in actions], np.bool_),
        "action": actions,
        "votes": count,
        "agreement": (near / np.maximum(count, 1)).round(4),
    }
    if inputs.written.schema.kind in WITH_PARTS:
        shares = [part_shares(belief) for belief in merged.beliefs()]
        columns["parts"] = [" ".join(f"{share:.4f}" for share in of_task) for of_task in shares]
    if inputs.written.schema.kind == "number":
        columns |= _interval_columns(merged)
        if merged.cut:
            columns["cut"] = [_cut_word(*ends) for ends in merged.cut]
    write_table(file, columns)


def _cut_word(low: bool, high: bool) -> str:
    return "both" if low and high else "low" if low else "high" if high else ""


def _interval_columns(merged: AnswerConsensus) -> dict[str, Cells]:
    """Return the ends of the intervals of numbers; a gold number is both ends of its own."""
    ends = [belief.interval or (getattr(belief.answer, "value", np.nan),) * 2 for belief in merged.beliefs()]
    return {"low": [f"{low:.10g}" for low, _ in ends], "high": [f"{high:.10g}" for _, high in ends]}
