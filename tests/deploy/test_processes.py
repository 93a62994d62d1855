"""Production's containers as processes: their commands, variables, ports and probes run a working Shoal."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import httpx
import pytest

from databasekit import create_database, drop_database
from deploy.manifestkit import KUBECTL, Manifests, Resource, Workload, overlay
from e2e.client import Client, eventually
from e2e.test_gold_and_review import waiting, work
from shoal.cache import model_folder
from shoal_local.ports import HOST, free_port
from shoal_local.process import Child
from shoal_local.stack import Stack

pytestmark = [pytest.mark.images, pytest.mark.timeout(400)]
ADMIN = "an administrator's key"
SECRETS = {
    "SHOAL_ADMIN_KEY": ADMIN,
    "SHOAL_ADMIN_KEY_SECOND": "another administrator's key",
    "SHOAL_AUDIT_SALT": "a salt of sixteen characters",
    "SHOAL_MEDIA_KEY": "a key of images that is long enough",
    "SHOAL_MEDIA_KEY_BEFORE": "another key of images, long enough",
}


@dataclass(frozen=True, slots=True)
class Processes:
    """The processes of every container. urls: the HTTP APIs by service. admin_urls: by Deployment."""

    urls: Mapping[str, str]
    admin_urls: Mapping[str, str]
    workloads: Mapping[str, Workload]
    children: list[Child] = field(default_factory=list)


@pytest.fixture(scope="module")
def dsn(stack: Stack) -> Iterator[str]:
    """Yield an empty database."""
    dsn = asyncio.run(create_database(stack.postgres_dsn))
    yield dsn
    asyncio.run(drop_database(stack.postgres_dsn, dsn))


@pytest.fixture(scope="module")
def migrated(dsn: str) -> list[str]:
    """Run the containers of the migration at the same time, twice; return what the last ones printed."""
    for _ in range(2):
        runs = [start_migration(container, dsn) for container in migrations()]
        printed = [run.communicate(timeout=120)[0] for run in runs]
        assert [run.returncode for run in runs] == [0, 0, 0, 0], printed
    return printed


def migrations() -> list[Resource]:
    """Return the containers of the migration."""
    (job,) = [workload for workload in overlay("production").workloads if workload.name == "shoal-migrate"]
    return job.containers


def start_migration(container: Resource, dsn: str) -> "subprocess.Popen[str]":
    """Start a container's command with its variables."""
    variables = overlay("production").variables(container) | {"SHOAL_POSTGRES_DSN": dsn}
    command = [KUBECTL.parent / container["command"][0], *container["command"][1:]]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    return subprocess.Popen(command, env={"PATH": "", **variables}, text=True, **pipes)


@pytest.fixture(scope="module")
def processes(
    stack: Stack, dsn: str, migrated: list[str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Processes]:
    """Start the containers of production's Deployments, with the addresses of this machine's servers."""
    production, folder = overlay("production"), tmp_path_factory.mktemp("processes")
    services = {workload.name: workload for workload in production.deployments if workload.service}
    ports = {
        name: {it["name"]: free_port() for it in work.container["ports"]} for name, work in services.items()
    }
    running = Processes(
        urls={name: f"http://{HOST}:{its['http']}" for name, its in ports.items() if "http" in its},
        admin_urls={name: f"http://{HOST}:{its['admin']}" for name, its in ports.items()},
        workloads=services,
    )
    local = {
        **stack.environment,
        "SHOAL_POSTGRES_DSN": dsn,
        "SHOAL_INGEST_URL": running.urls["ingest"],
        "SHOAL_KAFKA_SECURITY_PROTOCOL": "PLAINTEXT",
        "SHOAL_KAFKA_PROVISION_TOPICS": "true",
        "SHOAL_MODEL_CACHE": str(model_folder()),
        "SHOAL_DATASETS_URI": str(folder / "datasets"),
        "SHOAL_MEDIA_URI": str(folder / "media"),
        "SHOAL_FIRST_CAMPAIGN_WAIT_S": "0",
    }
    for name, workload in services.items():
        own = {f"SHOAL_{port.upper()}_PORT": str(number) for port, number in ports[name].items()}
        variables = environment(production, workload.container, {**local, **own})
        command = [sys.executable, *workload.container["command"][1:]]
        log = folder / f"{name}.log"
        running.children.append(
            Child(name=name, command=command, stack=stack.path, log=log, environment=variables)
        )
    try:
        for child in running.children:
            child.start()
        yield running
    finally:
        for child in running.children:
            child.ask()
        for child in running.children:
            child.stop(grace_s=40)


def environment(manifests: Manifests, container: Resource, local: Mapping[str, str]) -> dict[str, str]:
    """Return a container's variables with this machine's values of Secrets and addresses.

    A Secret's variable is set only where the container names it.
    """
    named = manifests.variables(container)
    return {**named, **local} | {name: value for name, value in SECRETS.items() if name in named}


def request_of(running: Processes, name: str, probe: str) -> str:
    """Return the address that a kubelet asks."""
    workload = running.workloads[name]
    asked = workload.container[f"{probe}Probe"]["httpGet"]
    assert asked["port"] == "admin"
    return running.admin_urls[name] + str(asked["path"])


def test_the_migration_may_run_again(migrated: list[str]) -> None:
    assert sorted(migrated) == [
        f"{name}: up to date\n" for name in ("ingest", "labeling-gateway", "qa", "sampler")
    ]


async def test_every_container_starts_and_answers_its_probes(processes: Processes) -> None:
    async with httpx.AsyncClient(timeout=30) as http:

        async def passing(name: str, probe: str) -> bool:
            try:
                return (await http.get(request_of(processes, name, probe))).status_code == 200
            except httpx.TransportError:
                return False

        for child in processes.children:
            for probe in ("startup", "readiness", "liveness"):
                await eventually(lambda name=child.name, probe=probe: passing(name, probe), timeout_s=180)
            assert child.running, child.tail()


async def test_a_role_serves_only_its_own_port(processes: Processes) -> None:
    async with httpx.AsyncClient(timeout=30) as http:
        for name, url in processes.urls.items():
            assert (await http.get(f"{url}/openapi.json")).status_code == 200, name
    assert set(processes.urls) == {"ingest", "labeling-gateway", "qa", "sampler"}


async def test_separate_roles_bring_an_inference_to_an_accepted_label(processes: Processes) -> None:
    text = "Wheat exports fell."
    headers = {"authorization": f"Bearer {ADMIN}"}
    async with httpx.AsyncClient(timeout=30, headers=headers) as http:
        client = Client(processes, http)
        await client.project("apart", ["wheat", "gold"])
        rule = {"model": "majority", "accept_probability": 0.5, "min_votes": 1}
        await client.done("qa", "PUT", "/v1/projects/apart/rule", json=rule)
        await client.campaign(
            "apart",
            name="all",
            strategy={"kind": "random", "share": 1.0},
            budget={"votes": 9},
            labeling={"votes": 1, "max_votes": 1},
        )
        await client.send([{"project": "apart", "source_id": "1", "text": text}])
        await waiting(client, "apart", 1)
        assert await work(client, "apart", "ann", {text: "wheat"}) == 1

        async def accepted() -> bool:
            return bool(await client.labels("apart"))

        await eventually(accepted)
