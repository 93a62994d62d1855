"""The servers of a service: in its settings, wired in main.py, and with an address in its pods."""

import ast
from importlib.util import find_spec
from pathlib import Path

import pytest

from deploy.manifestkit import PACKAGES, Manifests, settings_of

ADDRESSES = {
    "kafka": "SHOAL_KAFKA_BOOTSTRAP",
    "postgres": "SHOAL_POSTGRES_DSN",
    "qdrant": "SHOAL_QDRANT_URL",
}


def wired_servers(source: str) -> set[str]:
    """Return the names of the dependencies that a main.py gives to `Service`."""
    lists = [
        keyword.value
        for call in ast.walk(ast.parse(source))
        if isinstance(call, ast.Call)
        for keyword in call.keywords
        if keyword.arg == "dependencies"
    ]
    return {server_of(item) for found in lists if isinstance(found, ast.List) for item in found.elts}


def server_of(item: ast.expr) -> str:
    """Return the server of `postgres_dependency(...)` or `Dependency(name="qdrant", ...)`."""
    assert isinstance(item, ast.Call)
    assert isinstance(item.func, ast.Name)
    if item.func.id != "Dependency":
        return item.func.id.removesuffix("_dependency")
    (name,) = [keyword.value for keyword in item.keywords if keyword.arg == "name"]
    return str(ast.literal_eval(name))


@pytest.mark.parametrize("service", PACKAGES)
def test_the_settings_name_the_servers_that_are_wired(service: str) -> None:
    """A metric of each starts at 0 from the settings; readiness asks those that are wired."""
    main = find_spec(f"{PACKAGES[service]}.main")
    assert main is not None
    assert main.origin is not None
    wired = wired_servers(Path(main.origin).read_text("utf-8"))
    assert {"kafka"} | wired == set(settings_of(service).DEPENDENCIES)


def test_pods_have_the_addresses_of_their_servers(manifests: Manifests) -> None:
    for workload in manifests.deployments:
        if workload.service:
            variables = manifests.variables(workload.container)
            named = set(settings_of(workload.service).DEPENDENCIES)
            for server, address in ADDRESSES.items():
                if server in named:
                    assert address in variables, f"{workload}: {address}"
                elif server != "kafka":
                    own = manifests.variables({"env": workload.container.get("env", [])})
                    assert address not in own, f"{workload}: {address}"


def test_a_server_that_is_not_named_is_seen() -> None:
    source = 'Service(dependencies=[postgres_dependency(dsn), Dependency(name="qdrant", ask=ask)])'
    assert wired_servers(source) == {"postgres", "qdrant"}
