"""Options that the commands share."""

from typing import Annotated

import typer

Url = Annotated[str, typer.Option(envvar="SHOAL_INGEST_URL", help="Address of the ingest service.")]
