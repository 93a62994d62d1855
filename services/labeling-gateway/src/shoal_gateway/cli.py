"""`shoal labeling-gateway`: providers, and what is under way at each."""

import os
from typing import Annotated, Any

import httpx
import typer
from rich.console import Console
from rich.table import Table

app = typer.Typer(help="Providers, and what is under way at each.", no_args_is_help=True)
Url = Annotated[str, typer.Option(envvar="SHOAL_GATEWAY_URL", help="The labeling gateway.")]
Output = Annotated[str, typer.Option(help="table or json.")]
URL = "http://127.0.0.1:8080"
TIMEOUT_S = 30.0
out, err = Console(), Console(stderr=True)


@app.command()
def providers(project: str, url: Url = URL, output: Output = "table") -> None:
    """Show a project's providers."""
    found = _asked("GET", url, f"/v1/projects/{project}/providers")
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
    out.print_json(data=_asked("PUT", url, f"/v1/projects/{project}/providers/{name}", json=body))


@app.command()
def status(project: str, url: Url = URL, output: Output = "table") -> None:
    """Show tasks, votes, cost and trouble by provider."""
    found = _asked("GET", url, f"/v1/projects/{project}/queue")
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


def _asked(method: str, url: str, path: str, **options: Any) -> Any:
    key = os.environ.get("SHOAL_API_KEY")
    headers = {"authorization": f"Bearer {key}"} if key else {}
    try:
        response = httpx.request(method, url + path, timeout=TIMEOUT_S, headers=headers, **options)
    except httpx.TransportError as error:
        err.print(
            f"the gateway does not answer at {url}: {error}. Set --url or SHOAL_GATEWAY_URL.", markup=False
        )
        raise typer.Exit(1) from None
    if not response.is_success:
        _fail(response)
    return response.json()


def _fail(response: httpx.Response) -> None:
    try:
        told = response.json()
        text = f"{told['detail']}. {told.get('fix') or ''}"
    except ValueError:
        text = response.text[:500]
    err.print(f"{response.status_code}: {text}", markup=False)
    raise typer.Exit(1)
