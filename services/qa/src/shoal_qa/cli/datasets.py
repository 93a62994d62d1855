"""`shoal qa datasets`: the dataset versions of a project."""

from shoal.command_line.client import URL
from shoal.command_line.console import err
from shoal.command_line.printing import Format, FormatOption, print_rows
from shoal_qa.cli.service import Url, ask

COLUMNS = ("dataset", "number", "version", "rows")


def list_versions(project: str, url: Url = URL, form: FormatOption = Format.TABLE) -> None:
    """List the dataset versions of a project, oldest first."""
    manifests = ask("GET", url, f"/v1/projects/{project}/datasets")["datasets"]
    if not manifests:
        err.print(f"no version yet: freeze one with `shoal qa freeze {project} <dataset>`", markup=False)
    rows = [
        {name: manifest[name] for name in COLUMNS} | {"published": manifest["published_at"][:19] + "Z"}
        for manifest in manifests
    ]
    print_rows(form, rows, whole=manifests)
