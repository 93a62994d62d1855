"""`shoal labeling-gateway`: providers and their open tasks."""

import os
from typing import Annotated, Any

import typer

from shoal.command_line.arguments import Project
from shoal.command_line.client import URL, Client
from shoal.command_line.console import out
from shoal.command_line.printing import Format, FormatOption, print_rows

app = typer.Typer(help="Providers and their open tasks.", no_args_is_help=True)
Url = Annotated[str, typer.Option(envvar="SHOAL_GATEWAY_URL", help="Address of the labeling gateway.")]
ask = Client("the gateway", "SHOAL_GATEWAY_URL").ask_json


@app.command("providers")
def list_providers(project: Project, url: Url = URL, form: FormatOption = Format.TABLE) -> None:
    """Print a project's providers."""
    answer = ask("GET", url, f"/v1/projects/{project}/providers")
    rows = [
        {
            "name": provider["name"],
            "kind": provider["kind"],
            "address": provider["base_url"] or "",
            "price": provider["price_per_vote"],
            "default": "yes" if provider["default"] else "",
            "webhooks": "signed" if provider["has_webhook_secret"] else "",
        }
        for provider in answer["providers"]
    ]
    print_rows(form, rows, whole=answer)


@app.command("add")
def add_provider(
    *,
    project: Project,
    name: Annotated[str, typer.Argument(help="Name of the vendor in the project.", show_default=False)],
    base_url: Annotated[str, typer.Option(help="Address of the vendor's HTTP API.")],
    price: Annotated[float, typer.Option(min=0, help="Price of a vote.")] = 0.0,
    keep_secret: Annotated[
        float | None,
        typer.Option(
            min=0,
            max=168,
            help="Hours for which the webhook secret before this one is accepted; without it, 24 after a change.",
        ),
    ] = None,
    default: Annotated[bool, typer.Option(help="Use it for campaigns that name no provider.")] = False,
    url: Url = URL,
) -> None:
    """Add or change a generic vendor.

    Its secrets come from SHOAL_VENDOR_API_KEY and SHOAL_VENDOR_WEBHOOK_SECRET.
    """
    body: dict[str, Any] = {
        "kind": "generic",
        "base_url": base_url,
        "price_per_vote": price,
        "keep_webhook_secret_h": keep_secret,
        "default": default,
    }
    for field in ("api_key", "webhook_secret"):
        if secret := os.environ.get(f"SHOAL_VENDOR_{field.upper()}"):
            body[field] = secret
    out.print_json(data=ask("PUT", url, f"/v1/projects/{project}/providers/{name}", json=body))


@app.command("status")
def print_status(project: Project, url: Url = URL, form: FormatOption = Format.TABLE) -> None:
    """Print tasks, votes, cost and failures by provider."""
    answer = ask("GET", url, f"/v1/projects/{project}/queue")
    rows = [
        {
            "provider": queue["provider"],
            "tasks": ", ".join(f"{state} {count}" for state, count in sorted((queue["tasks"] or {}).items())),
            "votes": queue["votes"],
            "wanted": queue["votes_wanted"],
            "skips": queue["skips"],
            "cost": queue["cost"],
            "waiting": queue["intents_pending"],
            "parked": queue["intents_parked"],
            "last error": queue["last_error"] or "",
        }
        for queue in answer["providers"]
    ]
    print_rows(form, rows, whole=answer)
