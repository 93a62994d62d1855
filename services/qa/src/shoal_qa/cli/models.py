"""`shoal qa models`: the models of votes that commands and projects may name."""

from rich.table import Table

from shoal.command_line.console import out
from shoal.command_line.printing import Format, FormatOption, print_result
from shoal_qa.domain.models import MODELS


def list_models(*, form: FormatOption = Format.TABLE) -> None:
    """List the models of votes and the crowds that each one suits; needs no services."""
    rows = [{"model": name, "suits": model.suits} for name, model in MODELS.items()]

    def print_table() -> None:
        table = Table("model", "suits")
        for row in rows:
            table.add_row(row["model"], row["suits"])
        out.print(table)

    print_result(form, rows, rows, print_table)
