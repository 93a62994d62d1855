"""Sets of classes in a column of labels, as exports and JSON lists hold them."""

import numpy as np

from shoal.files.columns import EMPTY, Coded
from shoal.files.errors import BadInput
from shoal.files.tables import Table
from shoal_qa.usecases.files.texts.class_sets import parse_set, turned_sets


def single_classes(label: Coded, sheet: Table) -> Coded:
    """Return labels with a set of one class as that class, and an empty set as an empty cell.

    Raises BadInput for a set of several classes, also written as a|b and b|a, with its place.
    """
    turned = turned_sets(label.names)
    if turned is not None:
        row = int(np.flatnonzero(label.code == label.names.index(turned[1]))[0])
        raise BadInput(
            f"{sheet}, {sheet.where(row)}: {turned[1]!r} is the same set of classes as {turned[0]!r}, give one class "
            "a vote; `shoal qa agreement --shape multi` compares sets"
        )
    names: list[str] = []
    for code, name in enumerate(label.names):
        classes = parse_set(name)
        if classes is not None and len(classes) > 1:
            row = int(np.flatnonzero(label.code == code)[0])
            raise BadInput(
                f"{sheet}, {sheet.where(row)}: {name[:60]} is a set of several classes, give one class a vote; "
                "`shoal qa agreement --shape multi` compares sets"
            )
        names.append(name if classes is None else next(iter(classes), ""))
    if names == label.names:
        return label
    unique = sorted({name for name in names if name})
    number = {name: index for index, name in enumerate(unique)}
    index = np.array([*(number.get(name, EMPTY) for name in names), EMPTY], np.int32)
    return Coded(index[label.code], unique)
