"""`shoal docs`: write the pages of documentation that are generated from code."""

from pathlib import Path
from typing import Annotated

import typer

from shoal.catalog.documents import render_pages


def write_documents(
    output: Annotated[Path, typer.Option(help="Folder of the pages to write.")] = Path("docs"),
) -> None:
    """Write the pages of documentation generated from code: inference, metrics, outages, settings."""
    changed = []
    for name, text in render_pages().items():
        path = output / name
        if not path.exists() or path.read_text("utf-8") != text:
            path.write_text(text, "utf-8")
            changed.append(str(path))
    typer.echo("\n".join(changed) or "nothing changed")
