"""Reading and writing of the files of `shoal qa consensus`."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from shoal.classes.agreement import best_columns, check_order
from shoal.classes.columns import ColumnClasses
from shoal.command_line.offline import print_summary, print_warning, show_progress, show_steps
from shoal.files.columns import Coded
from shoal.files.errors import BadInput
from shoal.files.writing import Cells, write_table, write_text
from shoal_qa.adapters.files.annotators import write_annotators
from shoal_qa.adapters.files.predictions import Predictions, read_predictions
from shoal_qa.adapters.files.votes import Columns
from shoal_qa.adapters.pages.consensus import consensus_page
from shoal_qa.cli.files.votes import VoteFiles, read_with_gold
from shoal_qa.domain.annotators.trust import TrustRule
from shoal_qa.domain.consensus import Consensus, Options
from shoal_qa.domain.consensus import consensus as labels_of
from shoal_qa.domain.models import panel_of
from shoal_qa.domain.votes.arrays import Floats, Ints, NamedVotes
from shoal_qa.usecases.files.annotators import AnnotatorFindings, examine_annotators
from shoal_qa.usecases.files.consensus import actions_of, facts_of, support_of
from shoal_qa.usecases.files.facts import Facts

AUTO = "auto"  # the model that chooses its members by the number of classes
TABLES = 4  # of (tasks, classes) numbers at a time; 3.1 measured on 10,000 tasks of 8,031 classes
LABELS = ("label", "probability", "accepted", "action", "votes", "agreement")


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """The input. gold_classes: (tasks,) or UNKNOWN. scores: (tasks, classes), a model's probabilities."""

    named: NamedVotes
    gold_classes: Ints
    scores: Floats | None
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outputs:
    """Files to write. columns: of the votes' file; the tables use the same names."""

    labels: Path
    annotators: Path | None
    report: Path | None
    columns: Columns


def read_inputs(files: VoteFiles, predictions: Path | None) -> Inputs:
    """Return votes, gold and predictions with the same numbering. Raises BadInput."""
    file, gold_classes = read_with_gold(files)
    scores, task = None, files.columns.task_name
    if predictions is not None:
        model = read_predictions(predictions, task, file.named, print_warning, options=files.reading)
        print_summary(model.sheet, [*model.sheet.facts(), *model.facts])
        _check_columns(model, file.named)
        scores = model.scores
    return Inputs(named=file.named, gold_classes=gold_classes, scores=scores, source=files.votes.name)


def _check_columns(model: Predictions, named: NamedVotes) -> None:
    """Warn if the majority of votes agrees far better with the columns under other names."""
    tasks = np.flatnonzero(np.isfinite(model.scores).all(axis=1) & (named.votes.votes_per_task() > 0))
    classes = ColumnClasses(names=named.classes, order="", index={}, joined={}, named=True)
    majority = named.votes.shares()[tasks].argmax(axis=1)
    predicted = best_columns(model.scores[tasks]) if len(tasks) else tasks
    check_order(classes, majority, predicted, what=str(model.sheet), warn=print_warning)


def write_consensus(inputs: Inputs, options: Options, outputs: Outputs) -> Facts:
    """Fit the models, then write the files; return the facts of the report. Raises BadInput."""
    named, gold_classes = inputs.named, inputs.gold_classes
    if not panel_of(options.model).is_wide(named.votes):
        check_table_size(len(named.tasks), len(named.classes), physical_memory())
        if options.model != AUTO:
            check_confusion_size(len(named.annotators), len(named.classes), physical_memory())
    with show_steps("fitting models of votes") as step:
        labelled = labels_of(named.votes, gold_classes, options, report=step, predictions=inputs.scores)
    actions, people, rule = actions_of(labelled), None, TrustRule()
    if outputs.annotators is not None or outputs.report is not None:
        people = _annotators_of(
            named, gold_classes, options.seed, rule, required=outputs.annotators is not None
        )
    _write_labels(outputs.labels, named, labelled, actions, task_column=outputs.columns.task_name)
    if outputs.annotators is not None and people is not None:
        write_annotators(
            outputs.annotators,
            people,
            annotators=named.annotators,
            classes=named.classes,
            name=outputs.columns.annotator_name,
            level=rule.raised_below,
        )
    facts = facts_of(
        named,
        gold_classes,
        consensus=labelled,
        options=options,
        actions=actions,
        people=people,
        source=inputs.source,
    )
    if outputs.report is not None:
        write_text(outputs.report, consensus_page(facts))
    return facts


def check_table_size(tasks: int, classes: int, memory: int) -> None:
    """Raise BadInput if the posteriors of tasks do not fit into memory, in bytes."""
    needed = TABLES * 8 * tasks * classes
    if needed > memory:
        raise BadInput(
            f"{tasks:,} tasks x {classes:,} classes need about {needed / 1e9:,.0f} GB, and this machine has "
            f"{memory / 1e9:,.0f} GB: merge rare classes, or give the votes on groups of classes in files of their own"
        )


def check_confusion_size(annotators: int, classes: int, memory: int) -> None:
    """Raise BadInput if the confusions of annotators do not fit into memory, in bytes."""
    needed = TABLES * 8 * annotators * classes**2
    if needed > memory:
        raise BadInput(
            f"a table of {annotators:,} annotators x {classes:,} x {classes:,} classes needs about "
            f"{needed / 1e9:,.0f} GB, and this machine has {memory / 1e9:,.0f} GB: use the model auto or candidates"
        )


def physical_memory() -> int:
    """Return the bytes of memory of this machine."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def _annotators_of(
    named: NamedVotes, gold_classes: Ints, seed: int, rule: TrustRule, *, required: bool
) -> AnnotatorFindings | None:
    """Return the annotators' skill and signals, or None with a warning if they do not fit into memory.

    Raises BadInput in that case if they are required.
    """
    try:
        with show_progress("looking at annotators"):
            return examine_annotators(
                named.votes, gold_classes, seconds=None, at=None, rng=np.random.default_rng(seed), rule=rule
            )
    except BadInput as error:
        if required:
            raise
        print_warning(f"the report has no annotators: {error}")
        return None


def _write_labels(
    file: Path, named: NamedVotes, labelled: Consensus, actions: Sequence[str], *, task_column: str
) -> None:
    behind = support_of(named.votes, labelled.label)
    columns: dict[str, Cells] = {
        task_column if task_column not in LABELS else "task": named.tasks,
        "label": Coded(labelled.label, list(named.classes)),
        "probability": labelled.probability.round(4),
        "accepted": labelled.accepted,
        "action": list(actions),
        "votes": behind.votes,
        "agreement": behind.agreement.round(4),
    }
    write_table(file, columns)
