"""Labels, target shares and probabilities of `shoal sampler select` with the same numbers of classes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from shoal.classes.agreement import best_columns, check_order
from shoal.classes.columns import ColumnClasses, Columns
from shoal.classes.matching import match_names
from shoal.classes.order import classes_fact, ordered_classes, shown_names
from shoal.command_line.offline import print_summary, print_warning
from shoal.files.errors import BadInput
from shoal.files.matrix.matrices import BLOCK, Matrix, read_matrix
from shoal.files.options import ReadOptions
from shoal.wording import format_count
from shoal_sampler.adapters.files import ARRAYS, Target
from shoal_sampler.domain.models.probabilities import score_matrix
from shoal_sampler.domain.pools.pool import UNKNOWN
from shoal_sampler.domain.vectors.rows import Floats, Indices
from shoal_sampler.usecases.files.inputs import probability_rows

SHOWN_SHARES = 10
FEW_IDS = 20  # labels that may all differ: one example of each class


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelTexts:
    """Labels of rows, (m,) each; "" for a row without one. what: the file in messages."""

    rows: Indices
    texts: Sequence[str]
    what: str = "labels"

    def names(self) -> list[str]:
        """Return the distinct labels in order."""
        return ordered_classes(text for text in self.texts if text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Classes:
    """labels: (m,) numbers of classes or UNKNOWN. names: of the classes, empty if they have none.

    probabilities: (n, classes) or None; those of predictions may be scores, NaN where one is missing.
    are_predicted: whether the columns of the probabilities are classes.
    """

    labels: Indices
    names: Sequence[str]
    probabilities: Floats | None = None
    are_predicted: bool = True


def classes_without_model(labelled: LabelTexts) -> Classes:
    """Return the labels, numbered by the order of their names."""
    names = labelled.names()
    warn_of_ids(labelled, names)
    return Classes(labels=_numbers_of(labelled, {name: k for k, name in enumerate(names)}), names=names)


def classes_of_model(
    file: Path,
    rows: int,
    labelled: LabelTexts,
    target: Target | None,
    *,
    option: list[str] | None,
    join: bool,
) -> Classes:
    """Return the probabilities, and the labels numbered as their columns. Raises BadInput.

    rows: those of the embeddings. option: the classes of `--classes`. join: whether to join spellings.
    """
    matrix = read_matrix(file, "probabilities")
    p = probability_rows(matrix.float32(), rows, str(matrix))
    names = labelled.names()
    columns = _columns_of(matrix, names, labelled.what, target, option=option, join=join)
    print_summary(matrix, [*matrix.facts(), *([] if columns is None else columns.facts())])
    if columns is None:
        return Classes(labels=_numbers_of(labelled, {}), names=[], probabilities=p)
    numbers = _numbers_of(labelled, columns.index)
    has_label = numbers != UNKNOWN
    if has_label.any():
        warn_of_ids(labelled, names)
        predicted = best_columns(p[labelled.rows[has_label]])
        check_order(columns, numbers[has_label], predicted, what=str(matrix), warn=print_warning)
    return _in_name_order(Classes(labels=numbers, names=columns.names, probabilities=p))


def classes_of_predictions(file: Path, rows: int, labelled: LabelTexts, reading: ReadOptions) -> Classes:
    """Return the scores of predictions, and the labels as classes. Raises BadInput.

    rows: those of the embeddings. Of predictions of other kinds than one label, the scores are those of two
    outcomes, right and wrong, as in campaigns.
    """
    from shoal_sampler.adapters.predictions import read_predictions  # the contracts take 0.2 s to import

    predicted = read_predictions(file, reading)
    if len(predicted.scores) != rows:
        lines = format_count(len(predicted.scores), "line")
        detail = f"{file} has {lines}, embeddings {format_count(rows, 'row')}: give one line for each"
        raise BadInput(detail, field="predictions")
    scores = score_matrix(predicted.scores)
    sure = int(np.isfinite(scores).any(axis=1).sum())
    if not sure:
        raise BadInput(f"{file}: no prediction has scores, so none shows how sure it is", field="predictions")
    print_summary(
        f"predictions {file}",
        [format_count(rows, "row"), f"{format_count(sure, 'shows', 'show')} how sure the model is"],
    )
    names = labelled.names()
    if predicted.are_classes:
        columns = sorted({name for row in predicted.scores for name in row})
        extra = [name for name in names if name not in set(columns)]
        scores = np.pad(scores, ((0, 0), (0, len(extra))), constant_values=np.nan)
        names = [*columns, *extra]
    warn_of_ids(labelled, labelled.names())
    return Classes(
        labels=_numbers_of(labelled, {name: k for k, name in enumerate(names)}),
        names=names,
        probabilities=scores,
        are_predicted=predicted.are_classes,
    )


def _in_name_order(classes: Classes) -> Classes:
    """Return the classes in the order of their names: ties are broken by it, not by the order of columns."""
    names, p = ordered_classes(classes.names), classes.probabilities
    if names == list(classes.names) or p is None:
        return classes
    column = {name: index for index, name in enumerate(classes.names)}
    order = [column[name] for name in names]
    for start in range(0, len(p), BLOCK):
        p[start : start + BLOCK] = p[start : start + BLOCK, order]
    rank = np.append(np.argsort(order), UNKNOWN)  # UNKNOWN is -1, the index of the last
    return Classes(labels=rank[classes.labels], names=names, probabilities=p)


def target_shares(target: Target, classes: Classes, reading: ReadOptions) -> list[float]:
    """Return the share of each class, by name if the target has names. Raises BadInput."""
    if target.classes is None or classes.probabilities is None:
        names = list(classes.names) or [str(column) for column in range(len(target.shares))]
        if len(names) == len(target.shares):
            print_summary(
                target.what, ["shares in the order of the columns", _shares_text(names, target.shares)]
            )
        return list(target.shares)
    match = match_names(target.classes, classes.names, join=reading.join_spellings)
    if match.missing:
        raise BadInput(
            f"{target.what}: class {match.missing[0]!r} is no column of the probabilities "
            f"({match.examples('the target', 'the probabilities')}): {match.way_to_mend('classes')}"
        )
    names = [match.joined.get(name, name) for name in target.classes]
    twice = [name for name in names if names.count(name) > 1]
    if twice:
        raise BadInput(f"{target.what}: class {twice[0]!r} has two shares: give one")
    absent = [name for name in classes.names if name not in names]
    if absent:
        raise BadInput(
            f"{target.what} has no share for {shown_names(absent)}: "
            "give each class one, 0 for a class that comes last"
        )
    share = dict(zip(names, target.shares, strict=True))
    print_summary(target.what, [_shares_text(names, target.shares), *match.facts()])
    return [share[name] for name in classes.names]


def summarize_array(file: Path, what: str, texts: Sequence[str]) -> None:
    """Print how the labels of a .npy or .npz file were read; tables have said it already."""
    if file.suffix.lower() in ARRAYS:
        names = ordered_classes(text for text in texts if text)
        print_summary(f"{what} {file}", [format_count(len(texts), "row"), classes_fact(names, "")])


def warn_of_ids(labelled: LabelTexts, names: Sequence[str]) -> None:
    """Warn if no two rows have one label, as in a column of ids."""
    count = sum(1 for text in labelled.texts if text)
    if len(names) == count > FEW_IDS:
        print_warning(
            f"{labelled.what}: each of {format_count(count, 'label')} occurs once, as ids do: "
            "is this the column of classes?"
        )


def _columns_of(
    matrix: Matrix,
    labels: Sequence[str],
    what: str,
    target: Target | None,
    *,
    option: list[str] | None,
    join: bool,
) -> ColumnClasses | None:
    """Return the classes of the columns, None if nothing names them and nothing needs their names."""
    of_target = [] if target is None else list(dict.fromkeys(target.classes or ()))
    columns = Columns(
        what=str(matrix),
        count=matrix.values.shape[1],
        named=matrix.names,
        option=option,
        labels=what if labels or target is None else target.what,
        join=join,
        guess=bool(labels),
    )
    if labels or option is not None or matrix.names is not None:
        return columns.classes_of(labels)
    return columns.classes_of(of_target) if of_target else None


def _numbers_of(labelled: LabelTexts, index: Mapping[str, int]) -> Indices:
    return np.array([index.get(text, UNKNOWN) for text in labelled.texts], np.int64)


def _shares_text(names: Sequence[str], shares: Sequence[float]) -> str:
    pairs = [f"{name} {share:g}" for name, share in zip(names, shares, strict=True)]
    more = f" and {len(pairs) - SHOWN_SHARES:,} more" if len(pairs) > SHOWN_SHARES else ""
    return ", ".join(pairs[:SHOWN_SHARES]) + more
