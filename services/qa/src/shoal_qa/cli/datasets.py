"""`shoal qa datasets`: the dataset versions of a project."""

from shoal.command_line.arguments import Project
from shoal.command_line.client import URL
from shoal.command_line.printing import Format, FormatOption, print_rows
from shoal_qa.cli.service import Url, ask

COLUMNS = ("dataset", "number", "version", "rows")


def list_versions(project: Project, url: Url = URL, form: FormatOption = Format.TABLE) -> None:
    """List the dataset versions of a project, oldest first."""
    manifests = ask("GET", url, f"/v1/projects/{project}/datasets")["datasets"]
    rows = [
        {name: manifest[name] for name in COLUMNS}
        | {
            "left out": sum(loss["labels"] for loss in manifest.get("left_out", [])),
            "published": manifest["published_at"][:19] + "Z",
        }
        for manifest in manifests
    ]
    empty = f"no version yet: freeze one with `shoal qa freeze {project} <dataset>`"
    print_rows(form, rows, whole=manifests, empty=empty)
