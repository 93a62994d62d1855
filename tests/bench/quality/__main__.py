"""The benches of quality: `python -m tests.bench.quality [speed|scale|public|simulated|...]`."""

import sys
import warnings

from rich.console import Console
from tests.bench.quality import (
    accuracy,
    answers,
    error_promises,
    errors,
    object_errors,
    public_answers,
    speed,
    stopping,
)
from tests.bench.quality.document import put

warnings.filterwarnings("ignore")
err = Console(stderr=True)


def show_speed() -> None:
    """Measure against other libraries."""
    found = []
    for line in speed.lines():
        err.print("  ".join(line.cells()))
        found.append(line)
        put("speed", speed.markdown(found))


def show_scale() -> None:
    """Measure how time and memory grow with the votes."""
    put("scale", speed.scale())


def show_public() -> None:
    """Compare answers on public crowds; without the sets, their table stays as it is."""
    for table in accuracy.on_public_sets():
        put("public", table)


def show_simulated() -> None:
    """Compare answers on simulated crowds."""
    for table in accuracy.on_simulated_crowds():
        put("simulated", table)


def show_stopping() -> None:
    """Compare the rule with fixed numbers of votes on public crowds."""
    for table in stopping.tables():
        put("stopping", table)


def show_errors() -> None:
    """Compare label errors."""
    put("errors", errors.table())


def show_object_errors() -> None:
    """Compare errors of labels that are not single classes."""
    for table in object_errors.tables():
        put("object-errors", table)


def show_error_promises() -> None:
    """Measure how well the probabilities of label errors hold."""
    for table in error_promises.tables():
        put("error-promises", table)


def show_answers() -> None:
    """Compare merged answers of every kind."""
    for table in answers.tables():
        put("answers", table)


def show_public_answers() -> None:
    """Compare merged ratings and sets of public crowds; without them, their table stays as it is."""
    for table in public_answers.tables():
        put("public-answers", table)


PARTS = {
    "speed": show_speed,
    "scale": show_scale,
    "public": show_public,
    "simulated": show_simulated,
    "stopping": show_stopping,
    "errors": show_errors,
    "object-errors": show_object_errors,
    "error-promises": show_error_promises,
    "answers": show_answers,
    "public-answers": show_public_answers,
}

if __name__ == "__main__":
    for part in sys.argv[1:] or PARTS:
        PARTS[part]()
