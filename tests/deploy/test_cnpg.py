"""PostgreSQL by CloudNativePG: a role for each service that may touch its own schema only."""

import asyncio
import re
from collections.abc import Iterator
from importlib import import_module
from urllib.parse import urlsplit

import asyncpg
import pytest

from deploy.manifestkit import PACKAGES, Manifests, overlay
from deploy.rightskit import address_of, create_roles
from shoal.persistence import migrate
from shoal_local.stack import Stack

POOL = 10  # shoal.persistence.open_pool
POOLS = {"ingest": 1, "sampler": 1, "labeling-gateway": 2, "qa": 1}


def roles_of(manifests: Manifests) -> dict[str, str]:
    """Return the roles that the operator manages, each with the Secret of its password."""
    roles = manifests.named("Cluster", "postgres")["spec"]["managed"]["roles"]
    return {role["name"]: role["passwordSecret"]["name"] for role in roles}


def secrets_of(manifests: Manifests) -> set[str]:
    """Return where the pods read the address of PostgreSQL."""
    return {
        manifests.variables(container)["SHOAL_POSTGRES_DSN"]
        for workload in manifests.workloads
        for container in workload.containers
        if "SHOAL_POSTGRES_DSN" in manifests.variables(container)
    }


def test_each_service_with_tables_has_a_role(scaled: Manifests) -> None:
    assert roles_of(scaled) == {service: f"{service}-database" for service in POOLS}
    assert secrets_of(scaled) == {f"{secret}/dsn" for secret in roles_of(scaled).values()}


def test_secrets_of_roles_are_what_the_operator_and_the_services_read(scaled: Manifests) -> None:
    for role, name in roles_of(scaled).items():
        template = scaled.named("ExternalSecret", name)["spec"]["target"]["template"]
        assert template["type"] == "kubernetes.io/basic-auth"
        assert template["metadata"]["labels"]["cnpg.io/reload"] == "true"  # a new password is taken over
        assert template["data"]["username"] == role
        address = urlsplit(template["data"]["dsn"].partition("{{")[0] + "password@postgres-rw:5432/shoal")
        assert (address.username, address.path) == (role, "/shoal")
        assert template["data"]["dsn"].endswith("@postgres-rw:5432/shoal?sslmode=require")
        # urlquery writes a space as +, which is no space in the address of a database
        assert '{{ .password | urlquery | replace "+" "%20" }}' in template["data"]["dsn"]


def test_the_image_is_pinned_by_digest(manifests: Manifests) -> None:
    image = manifests.named("Cluster", "postgres")["spec"]["imageName"]
    assert re.fullmatch(
        r"ghcr\.io/cloudnative-pg/postgresql:18\.\d+-\d+-system-\w+@sha256:[0-9a-f]{64}", image
    )


def test_the_single_instance_needs_no_secret_of_the_platform() -> None:
    manifests = overlay("dev-single")
    assert secrets_of(manifests) == {"postgres-app/uri"}
    assert "managed" not in manifests.named("Cluster", "postgres")["spec"]


def test_a_failover_loses_no_committed_row(scaled: Manifests) -> None:
    spec = scaled.named("Cluster", "postgres")["spec"]
    assert spec["instances"] == 3
    synchronous = spec["postgresql"]["synchronous"]
    assert synchronous["dataDurability"] == "required"
    assert 0 < synchronous["number"] < spec["instances"]
    assert not {"minSyncReplicas", "maxSyncReplicas"} & set(spec)  # the older form of the same


def test_connections_suffice_for_all_replicas(scaled: Manifests) -> None:
    most: dict[str, int] = dict.fromkeys(POOLS, 0)
    limits = {it["spec"]["scaleTargetRef"]["name"]: it["spec"] for it in scaled.of("ScaledObject")}
    limits |= {
        it["spec"]["scaleTargetRef"]["name"]: it["spec"] for it in scaled.of("HorizontalPodAutoscaler")
    }
    for workload in scaled.deployments:
        if workload.service in most:
            limit = limits.get(workload.name, {})
            fixed = workload.resource["spec"].get("replicas", 1)
            surge = workload.resource["spec"]["strategy"]["rollingUpdate"]["maxSurge"]
            most[workload.service] += surge
            most[workload.service] += limit.get("maxReplicaCount") or limit.get("maxReplicas") or fixed
    connections = sum(replicas * POOLS[service] * POOL for service, replicas in most.items())
    allowed = scaled.named("Cluster", "postgres")["spec"]["postgresql"]["parameters"]["max_connections"]
    assert connections < int(allowed) - 20  # the operator, replication, migrations and people


def test_replicas_are_on_nodes_of_their_own(scaled: Manifests) -> None:
    affinity = scaled.named("Cluster", "postgres")["spec"]["affinity"]
    assert affinity["enablePodAntiAffinity"] is True
    assert affinity["podAntiAffinityType"] == "required"


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """Yield the address of a server of its own: roles belong to a server, not to a database."""
    with Stack(servers=frozenset({"postgres"})) as stack:
        asyncio.run(create_roles(stack.postgres_dsn))
        yield stack.postgres_dsn


async def migrate_service(server: str, service: str) -> str:
    """Migrate the schema of a service as its role; return the schema."""
    package = PACKAGES[service]
    schema: str = import_module(f"{package}.main").SCHEMA
    await migrate(address_of(server, service), schema=schema, package=package, outbox=True)
    return schema


@pytest.mark.servers
async def test_each_role_migrates_its_schema_twice_and_reads_no_other(server: str) -> None:
    schemas = {service: await migrate_service(server, service) for service in POOLS}
    for service, schema in schemas.items():
        assert await migrate_service(server, service) == schema
        conn = await asyncpg.connect(address_of(server, service))
        assert await conn.fetchval(f'SELECT count(*) FROM "{schema}".schema_migrations') > 0
        for other in set(schemas.values()) - {schema}:
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await conn.fetchval(f'SELECT count(*) FROM "{other}".schema_migrations')
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await conn.execute("CREATE TABLE public.stray (id int)")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await conn.execute("CREATE ROLE stray")
        await conn.close()


@pytest.mark.servers
async def test_another_role_may_not_connect(server: str) -> None:
    conn = await asyncpg.connect(server)
    await conn.execute("CREATE ROLE stranger LOGIN PASSWORD 'a password'")
    await conn.close()
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await asyncpg.connect(address_of(server, "stranger"))
