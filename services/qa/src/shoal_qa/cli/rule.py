"""`shoal qa rule`: the rule of acceptance, replaced after a look at what that changes."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from shoal.command_line.arguments import Project
from shoal.command_line.client import URL, Client, read_json
from shoal.command_line.console import err, out
from shoal.wording import format_count
from shoal_qa.cli.service import Url, client

EFFECTS = {
    "labels_accepted": "labels accepted",
    "labels_revised": "labels replaced by another class",
    "labels_withdrawn": "labels withdrawn",
    "jobs_reopened": "jobs reopened",
    "reviews_opened": "reviews opened",
    "reviews_cancelled": "reviews cancelled",
    "jobs_closed": "jobs closed without a label",
}
PREVIEW_S = 300.0  # a preview may take as long as a fit


def change_rule(
    *,
    project: Project,
    body: Annotated[Path | None, typer.Argument(help="JSON file of the rule.")] = None,
    yes: Annotated[
        bool, typer.Option("--yes", help="Replace the rule without a preview or question.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print what the rule would change as JSON, and change nothing.")
    ] = False,
    url: Url = URL,
) -> None:
    """Print the rule by which labels are accepted, or replace it from a JSON file.

    Before it replaces the rule it says which labels and jobs change, and asks.
    """
    path = f"/v1/projects/{project}/rule"
    if body is None:
        out.print_json(data=client.ask_json("GET", url, path))
        return
    rule = read_json(body)
    if dry_run or not yes:
        slow = Client(client.service, client.variable, timeout_s=PREVIEW_S)
        preview = slow.ask_json("POST", url, f"{path}/preview", json=rule)
        for line in preview_lines(preview):
            err.print(line, markup=False, highlight=False, soft_wrap=True)
        if dry_run:
            out.print_json(data=preview)
            return
        if preview["jobs_changed"]:
            _ask_to_go_on()
    out.print_json(data=client.ask_json("PUT", url, path, json=rule))


def preview_lines(preview: dict[str, Any]) -> Iterator[str]:
    """Yield what a rule would change, one effect a line with its first example."""
    about = "about " if preview["estimate"] else ""
    if not preview["jobs_changed"]:
        yield f"The rule changes none of {format_count(preview['evaluated'], 'job')} with votes."
        return
    basis = f", estimated from {preview['evaluated']:,} of them" if preview["estimate"] else ""
    jobs = format_count(preview["jobs"], "job")
    yield f"The rule changes {about}{preview['jobs_changed']:,} of {jobs} with votes{basis}:"
    for effect, words in EFFECTS.items():
        if preview[effect]:
            example = next((item for item in preview["examples"] if item["effect"] == effect), None)
            yield f"  {about}{preview[effect]:,} {words}{_example_text(example)}"
    if preview["votes_requested"]:
        yield f"  {about}{format_count(preview['votes_requested'], 'more vote')} requested at once"


def _example_text(example: dict[str, Any] | None) -> str:
    if example is None:
        return ""
    labels = [example["label_before"], example["label_after"]]
    change = " to ".join(dict.fromkeys(label for label in labels if label is not None))
    named = f"{example['job_id']} ({change})" if change else example["job_id"]
    return f"; for example {named}: {example['reason']}"


def _ask_to_go_on() -> None:
    """Exit with 1 if the person says no, and with 2 if nobody can be asked."""
    if not sys.stdin.isatty():
        refusal = "Nothing was changed: there is no terminal to ask at. Repeat the command with --yes."
        err.print(refusal, soft_wrap=True)
        raise typer.Exit(2)
    if not typer.confirm("Replace the rule?", err=True):
        err.print("Nothing was changed.")
        raise typer.Exit(1)
