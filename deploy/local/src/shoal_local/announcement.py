"""What `shoal up` prints once everything is ready."""

import re

from rich.console import Console
from rich.table import Table

from shoal_local.exports import export_lines, exported_variables, write_exports
from shoal_local.seeding import PROJECT
from shoal_local.services import LocalShoal
from shoal_local.stack import Stack

out = Console()


def announce_stack(stack: Stack, shoal: LocalShoal, *, empty: bool, keys: bool) -> None:
    """Print the addresses, the folders, and the lines that lead commands here.

    empty: without the example project. keys: requests need a key; it is never printed.
    """
    out.print(_address_table(stack, shoal, empty=empty))
    variables = exported_variables(shoal.urls, shoal.admin_urls, stack.environment)
    file = write_exports(stack.path, variables)
    _print_line("Commands on this machine find this stack by themselves. For other programs:")
    for line in export_lines(variables):
        _print_line(line)
    _print_line(f"or: source {file}")
    if keys:
        _print_line("Requests need a key: export SHOAL_API_KEY yourself, it is not printed or written here.")
    if "memory" in stack.kafka_name:
        _print_line(
            "The broker keeps its log in memory and loses it when it stops; SHOAL_KAFKA=apache keeps it on disk."
        )
    _print_line(f"Ctrl-C stops everything and removes its files; datasets stay in {shoal.datasets}.")


def _address_table(stack: Stack, shoal: LocalShoal, *, empty: bool) -> Table:
    table = Table(title="Shoal is up", show_header=False)
    page = shoal.urls["labeling-gateway"]
    table.add_row("annotator's page", page if empty else f"{page}/?project={PROJECT}")
    for name, url in shoal.urls.items():
        table.add_row(name, url)
    for name, url in shoal.admin_urls.items():
        table.add_row(f"{name} metrics", f"{url}/metrics")
    table.add_row("Kafka", f"{stack.kafka_bootstrap}  {stack.kafka_name}")
    table.add_row("PostgreSQL", without_password(stack.postgres_dsn))
    table.add_row("Qdrant (gRPC)", f"127.0.0.1:{stack.environment['SHOAL_QDRANT_GRPC_PORT']}")
    table.add_row("datasets", shoal.datasets)
    table.add_row("files and logs", str(stack.path))
    return table


def without_password(address: str) -> str:
    """Return an address without the password that it may hold."""
    return re.sub(r"(?<=//)([^/@:]*):[^@]*@", r"\1@", address)


def _print_line(text: str) -> None:
    out.print(text, markup=False, highlight=False, soft_wrap=True)
