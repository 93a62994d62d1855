"""Kafka's users with the rights of the manifests, and PostgreSQL's roles, on real servers."""

from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import quote, urlsplit

import asyncpg
import yaml
from aiokafka.protocol.admin import CreateAclsRequest_v1

from deploy.manifestkit import K8S, overlay
from shoal.messaging import KafkaSettings
from shoal.messaging.clients.broker import kafka_admin

PASSWORD = "a password"
DATABASE = "managed"  # the stack has one called shoal
USERS = K8S / "components" / "strimzi" / "users.yaml"
KINDS = {"topic": 2, "group": 3}
OPERATIONS = {"Read": 3, "Write": 4, "Describe": 8}
LITERAL, ALLOW = 3, 3


class CreateAcls:
    """A request that creates access rules, in the form in which aiokafka sends one."""

    API_KEY = CreateAclsRequest_v1.API_KEY

    def __init__(self, rules: Iterable[tuple[Any, ...]]) -> None:
        self._rules = list(rules)

    def prepare(self, versions: Any) -> CreateAclsRequest_v1:
        """Return the request in the version that this test speaks."""
        return CreateAclsRequest_v1(self._rules)


def kafka_users() -> list[dict[str, Any]]:
    """Return the users of the manifests."""
    return list(yaml.safe_load_all(USERS.read_text()))


def _rules_of(user: dict[str, Any]) -> Iterator[tuple[Any, ...]]:
    principal = f"User:{user['metadata']['name']}"
    for rule in user["spec"]["authorization"]["acls"]:
        resource = rule["resource"]
        assert resource["patternType"] == "literal"
        for operation in rule["operations"]:
            kind = KINDS[resource["type"]]
            yield kind, resource["name"], LITERAL, principal, "*", OPERATIONS[operation], ALLOW


async def grant_rights(settings: KafkaSettings) -> None:
    """Give every user of the manifests its rights, as Strimzi does. settings: of a user who may."""
    admin = kafka_admin(settings, "rights")
    await admin.start()
    try:
        rules = [rule for user in kafka_users() for rule in _rules_of(user)]
        response = await admin._send_request(CreateAcls(rules))
        assert {code for code, *_ in response.creation_responses} == {0}
    finally:
        await admin.close()


async def create_roles(superuser: str) -> None:
    """Do what CloudNativePG does: create the database, run the statements in it, set the passwords."""
    spec = overlay("production").named("Cluster", "postgres")["spec"]
    initdb = spec["bootstrap"]["initdb"]
    conn = await asyncpg.connect(superuser)
    await conn.execute(f"CREATE DATABASE {DATABASE}")
    await conn.close()
    conn = await asyncpg.connect(superuser, database=DATABASE)
    for statement in initdb["postInitApplicationSQL"]:
        await conn.execute(statement.replace(f"DATABASE {initdb['database']} ", f"DATABASE {DATABASE} "))
    for role in spec["managed"]["roles"]:
        await conn.execute(f"ALTER ROLE \"{role['name']}\" PASSWORD '{PASSWORD}'")
    await conn.close()


def address_of(server: str, role: str) -> str:
    """Return the address with which a service logs in."""
    parts = urlsplit(server)
    return f"postgresql://{role}:{quote(PASSWORD)}@{parts.hostname}:{parts.port}/{DATABASE}"
