"""Arguments that many commands have."""

from typing import Annotated

import typer

Project = Annotated[str, typer.Argument(help="Name of the project.", show_default=False)]
