"""`shoal labeling-gateway`: providers, and what is under way at each."""

import os
from typing import Annotated, Any

import typer
from rich.table import Table

from shoal.command_line.client import URL, Client
from shoal.command_line.console import out

app = typer.Typer(help="Providers, and what is under way at each.", no_args_is_help=True)
Url = Annotated[str, typer.Option(envvar="SHOAL_GATEWAY_URL", help="The labeling gateway.")]
Output = Annotated[str, typer.Option(help="table or json.")]
ask = Client("the gateway", "SHOAL_GATEWAY_URL").asked


@app.command()
def providers(project: str, url: Url = URL, output: Output = "table") -> None:
    """Show a project's providers."""
    found = ask("GET", url, f"/v1/projects/{project}/providers")
    if output == "json":
        out.print_json(data=found)
        return
    table = Table("name", "kind", "address", "price", "default", "webhooks")
    for each in found["providers"]:
        table.add_row(
            each["name"],
            each["kind"],
            each["base_url"] or "",
            f"{each['price_per_vote']:g}",
            "yes" if each["default"] else "",
            "signed" if each["has_webhook_secret"] else "",
        )
    out.print(table)


@app.command()
def add(
    project: str,
    name: str,
    base_url: Annotated[str, typer.Option(help="Where the vendor's interface is.")],
    price: Annotated[float, typer.Option(min=0, help="Of a vote.")] = 0.0,
    default: Annotated[bool, typer.Option(help="Use it where a campaign names no provider.")] = False,
    url: Url = URL,
) -> None:
    """Add or change a generic vendor. Its secrets are SHOAL_VENDOR_API_KEY and SHOAL_VENDOR_WEBHOOK_SECRET."""
    body: dict[str, Any] = {
        "kind": "generic",
        "base_url": base_url,
        "price_per_vote": price,
        "default": default,
    }
    for field in ("api_key", "webhook_secret"):
        if secret := os.environ.get(f"SHOAL_VENDOR_{field.upper()}"):
            body[field] = secret
    out.print_json(data=ask("PUT", url, f"/v1/projects/{project}/providers/{name}", json=body))


@app.command()
def status(project: str, url: Url = URL, output: Output = "table") -> None:
    """Show tasks, votes, cost and trouble by provider."""
    found = ask("GET", url, f"/v1/projects/{project}/queue")
    if output == "json":
        out.print_json(data=found)
        return
    table = Table("provider", "tasks", "votes", "wanted", "skips", "cost", "waiting", "parked", "last error")
    for each in found["providers"]:
        table.add_row(
            each["provider"],
            ", ".join(f"{state} {count:,}" for state, count in sorted((each["tasks"] or {}).items())),
            f"{each['votes']:,}",
            f"{each['votes_wanted']:,}",
            f"{each['skips']:,}",
            f"{each['cost']:,.2f}",
            f"{each['intents_pending']:,}",
            f"{each['intents_parked']:,}",
            each["last_error"] or "",
        )
    out.print(table)
