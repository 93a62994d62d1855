"""Cells of answers that are not single classes: which of them are no answer of their shape."""

from collections.abc import Mapping

from shoal.files.checks import Check
from shoal.files.columns import Column
from shoal.files.faults import Fault


def answer_cells(shape: str, *, scored: bool = False, bounds: tuple[float, float] | None = None) -> Check:
    """Return a check that refuses texts that are no answers.

    scored: whether answers may have scores. bounds: the least and greatest possible number.
    """

    def check_cells(name: str, column: Column) -> Mapping[int, Fault]:
        # Loads the contracts, which votes on classes need not.
        from shoal_qa.usecases.files.texts.unreadable import unreadable_answers

        codes = [code for code, text in enumerate(column.texts) if text.strip()]
        texts = [column.texts[code].strip() for code in codes]
        faults = unreadable_answers(shape, texts, scored=scored, bounds=bounds)
        return {codes[index]: Fault(f": {name} {fault.detail}", fault.fix) for index, fault in faults.items()}

    return check_cells
