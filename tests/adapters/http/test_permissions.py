"""Every route of every service, with no key, a wrong one, another project's, and a key of each role.

The routes come from the applications, so a new one fails here until the table says who may use it.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from adapters.http.conformance import Server
from adapters.http.permissionkit import ADMIN, KEYS, ROLES, doors_of, gateway, ingest, qa, sampler
from adapters.http.permissions import ELSEWHERE, OPEN, PERMISSIONS
from shoal.security import new_key
from shoal_local.stack import Stack

pytestmark = pytest.mark.servers


@pytest.fixture(scope="module")
def servers(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Server]]:
    with ExitStack() as running:
        yield {
            "ingest": running.enter_context(ingest(stack)),
            "sampler": running.enter_context(sampler(stack)),
            "gateway": running.enter_context(gateway(stack)),
            "qa": running.enter_context(qa(stack, tmp_path_factory.mktemp("datasets"))),
        }


@pytest.mark.parametrize("service", PERMISSIONS)
def test_every_route_is_in_the_table_and_the_table_has_no_other(
    servers: dict[str, Server], service: str
) -> None:
    assert {door.name for door in doors_of(servers[service])} == set(PERMISSIONS[service])


@pytest.mark.parametrize("service", PERMISSIONS)
def test_without_a_key_or_with_a_wrong_one_nothing_opens(servers: dict[str, Server], service: str) -> None:
    for door in doors_of(servers[service]):
        for key in (None, "", "wrong", new_key(), ADMIN + "x", KEYS["news", "admin"][:-1]):
            answer = door.send(servers[service], key)
            if PERMISSIONS[service][door.name] is OPEN:
                assert answer.status_code != 403, door
            else:
                assert answer.status_code == 401, (door, key, answer.text)


@pytest.mark.parametrize("service", PERMISSIONS)
def test_a_key_opens_what_its_role_may_do_and_nothing_else(servers: dict[str, Server], service: str) -> None:
    for door in doors_of(servers[service]):
        allowed = PERMISSIONS[service][door.name]
        if allowed is OPEN:
            continue
        for role in ROLES:
            answer = door.send(servers[service], KEYS["news", role])
            assert answer.status_code < 500, (door, answer.text)
            assert (answer.status_code not in (401, 403)) == (role in allowed), (door, role, answer.text)
        assert door.send(servers[service], ADMIN).status_code not in (401, 403), door


@pytest.mark.parametrize("service", PERMISSIONS)
def test_another_projects_key_opens_nothing_and_learns_of_no_project(
    servers: dict[str, Server], service: str
) -> None:
    for door in doors_of(servers[service]):
        if PERMISSIONS[service][door.name] is OPEN:
            continue
        answers = {
            project: door.send(servers[service], KEYS["other", "admin"], project)
            for project in ("news", "no-such-project")
        }
        expected = ELSEWHERE.get(door.name, {403})
        for project, answer in answers.items():
            assert answer.status_code in expected, (door, answer.text)
            assert "Wheat" not in answer.text
            if door.name == "GET /v1/projects":
                assert "news" not in answer.text
            else:
                answers[project] = answer.text.replace(project, "X")  # type: ignore[call-overload]
        assert len({str(answer) for answer in answers.values()}) == 1, door


def test_a_key_for_one_name_works_under_no_other(servers: dict[str, Server]) -> None:
    calls: list[tuple[str, str, str, dict[str, Any]]] = [
        ("gateway", "GET", "/v1/projects", {"params": {"annotator": "bob"}}),
        ("gateway", "GET", "/v1/projects/news/progress", {"params": {"annotator": "bob"}}),
    ]
    for service, method, path, request in calls:
        for role in ("annotator", "reviewer"):
            headers = {"authorization": f"Bearer {KEYS['news', role]}"}  # type: ignore[index]
            answer = servers[service].send(method, path, headers=headers, **request)
            assert (answer.status_code, answer.json()["field"]) == (403, "annotator"), answer.text
    answer = servers["qa"].send(
        "POST",
        "/v1/projects/news/reviews/absent",
        headers={"authorization": f"Bearer {KEYS['news', 'reviewer']}"},
        json={"label": "x", "reviewer": "bob"},
    )
    assert (answer.status_code, answer.json()["field"]) == (403, "reviewer")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"roles": ["annotator"]}, 422),
        ({"roles": ["reviewer", "producer"]}, 422),
        ({"roles": ["annotator"], "annotator": ""}, 422),
        ({"roles": ["annotator"], "annotator": "   "}, 422),
        ({"roles": ["annotator"], "annotator": "a\x00"}, 422),
        ({"roles": ["annotator"], "annotator": "bob"}, 201),
        ({"roles": ["annotator"], "annotator": "*"}, 201),
        ({"roles": ["annotator", "operator"]}, 201),
        ({"roles": ["producer"]}, 201),
    ],
)
def test_a_key_of_an_annotator_names_its_person(
    servers: dict[str, Server], body: dict[str, Any], status: int
) -> None:
    headers = {"authorization": f"Bearer {ADMIN}"}
    servers["ingest"].send("POST", "/v1/projects", headers=headers, json={"project": "people"})
    answer = servers["ingest"].send("POST", "/v1/projects/people/keys", headers=headers, json=body)
    assert answer.status_code == status, answer.text
    if status == 201:
        name = body.get("annotator")
        assert answer.json()["annotator"] == (None if name == "*" else name)
