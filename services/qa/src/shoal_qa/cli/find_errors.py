"""`shoal qa find-errors`: labels of a running project that are probably wrong."""

import json
from typing import Annotated, Any

import typer

from shoal.answers import describe_answer, parse_canonical
from shoal.command_line.arguments import Project
from shoal.command_line.client import URL
from shoal.command_line.console import err
from shoal.command_line.offline import print_warning
from shoal.command_line.printing import Format, FormatOption, print_rows
from shoal_qa.cli.service import Url, ask_patiently

WITHOUT_GOLD = (
    "the number of errors is rough: votes do not show what everybody gets wrong; add some 150 gold items "
    "(`shoal qa gold`) that are drawn at random"
)


def find_label_errors(
    project: Project,
    url: Url = URL,
    most: Annotated[int, typer.Option(min=1, max=5000, help="Most errors to print.")] = 20,
    form: FormatOption = Format.TABLE,
) -> None:
    """Print the parts of current labels that the votes contradict most, the most probable error first."""
    answer = ask_patiently("GET", url, f"/v1/projects/{project}/label-errors", params={"limit": most})
    rows = [
        {
            "job": error["job_id"],
            "error": error["error"],
            "object": "" if error["object"] is None else str(error["object"]),
            "label": _describe_part(error["label"]),
            "suggestion": _describe_part(error["suggestion"]),
            "wrong": f"{error['wrong']:.3f}",
        }
        for error in answer["errors"]
    ]
    print_rows(form, rows, whole=answer, empty="the votes contradict no part of the current labels")
    _print_calibration(answer)


def _print_calibration(answer: Any) -> None:
    """Print on stderr what the probabilities rest on."""
    if not answer["errors"]:
        return
    if not answer["checked"]:
        print_warning(WITHOUT_GOLD)
        return
    line = f"calibrated on {answer['checked']:,} gold answers"
    if answer["unseen"] >= 0.5:
        line += f"; labels lack about {answer['unseen']:,.0f} parts more than the list has"
    err.print(line, markup=False, highlight=False, soft_wrap=True)


def _describe_part(part: Any) -> str:
    """Return an object, class or answer in few words."""
    if part is None or isinstance(part, str):
        return part or ""
    if "kind" in part:
        return describe_answer(parse_canonical(json.dumps(part)))
    return str(part["label"])
