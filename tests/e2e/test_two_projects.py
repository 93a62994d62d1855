"""Two projects with the same sources, gold ids, campaigns and people: neither changes nor sees the other."""

import asyncio
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import httpx
import pytest

from e2e.client import Client, eventually
from e2e.conftest import Running
from e2e.test_gold_and_review import waiting, work
from shoal.contracts.ids import sample_id
from shoal_local.services import LocalShoal

pytestmark = [pytest.mark.servers, pytest.mark.timeout(900)]
GOLD = {str(UUID(int=number)): f"gold {number}" for number in range(1, 4)}
TEXTS = [f"report {number} of the day" for number in range(3)]
VOTES = {"twin": 2, "twin-2": 50}
ADMIN = "an administrator's key"
UNKNOWN = "9b2f7c1e-0000-4000-8000-000000000000"


async def start(client: Client, project: str) -> None:
    """Create a project with gold, a campaign and samples; only the votes on gold differ."""
    await client.project(project, ["a", "b"])
    items = [{"text": text, "label": "a", "sample_id": name} for name, text in GOLD.items()]
    body = {"items": items, "votes": VOTES[project]}
    assert (await client.done("qa", "POST", f"/v1/projects/{project}/gold", json=body))["new"] == len(GOLD)
    labeling = {"votes": 1, "max_votes": 1}
    strategy = {"kind": "random", "share": 1.0}
    rule = {"model": "majority", "accept_probability": 0.5, "min_votes": 1}
    await client.done("qa", "PUT", f"/v1/projects/{project}/rule", json=rule)
    await client.campaign(project, name="all", strategy=strategy, budget={"votes": 9}, labeling=labeling)
    await client.send(
        [{"project": project, "source_id": str(number), "text": text} for number, text in enumerate(TEXTS)]
    )


async def gold_jobs(client: Client, project: str) -> dict[str, dict[str, Any]]:
    """Return the gold items by sample, each with its task at the gateway."""
    rows = (await client.done("qa", "GET", f"/v1/projects/{project}/gold"))["items"]
    for row in rows:
        path = f"/v1/projects/{project}/jobs/{row['job_id']}/tasks"
        (row["task"],) = (await client.done("labeling-gateway", "GET", path))["tasks"]
    return {row["sample_id"]: row for row in rows}


async def test_each_project_has_its_own_jobs_votes_and_labels(running: Running) -> None:
    async with httpx.AsyncClient(timeout=30) as http:
        client = Client(running.shoal, http)
        await asyncio.gather(*(start(client, project) for project in VOTES))
        for project in VOTES:
            await waiting(client, project, len(GOLD) + len(TEXTS))
        gold = {project: await gold_jobs(client, project) for project in VOTES}
        for project, votes in VOTES.items():
            assert [row["task"]["votes_wanted"] for row in gold[project].values()] == [votes] * len(GOLD)
        rows = [row for items in gold.values() for row in items.values()]
        for ids in ([row["job_id"] for row in rows], [row["task"]["external_id"] for row in rows]):
            assert len(ids) == len(set(ids))

        texts = [*GOLD.values(), *TEXTS]
        assert await work(client, "twin", "ann", dict.fromkeys(texts, "a")) == len(texts)
        assert await work(client, "twin-2", "ann", dict.fromkeys(texts, "b")) == len(texts)
        for project, label in (("twin", "a"), ("twin-2", "b")):

            async def labelled(project: str = project) -> list[dict[str, Any]]:
                labels = await client.labels(project)
                return labels if len(labels) == len(TEXTS) else []

            labels = await eventually(labelled)
            assert {row["label"] for row in labels} == {label}
            assert {row["sample_id"] for row in labels} == {
                sample_id(project, "default", str(number)) for number in range(len(TEXTS))
            }

            async def measured(project: str = project) -> list[dict[str, Any]]:
                rows = (await client.done("qa", "GET", f"/v1/projects/{project}/annotators"))["annotators"]
                return rows if rows and rows[0]["gold_answered"] == len(GOLD) else []

            (row,) = await eventually(measured)
            assert row["gold_right"] == (len(GOLD) if label == "a" else 0)


@pytest.fixture
def keyed(running: Running) -> Iterator[LocalShoal]:
    """Yield services that ask for keys, beside those that process the topics."""
    more = {"SHOAL_POSTGRES_DSN": running.dsn, "SHOAL_ADMIN_KEY": ADMIN, "SHOAL_ROLE": "http"}
    more["SHOAL_AUDIT_SALT"] = "a salt for the tests"
    names = ("ingest", "sampler", "labeling-gateway", "qa")
    with LocalShoal(running.stack, names, environment=more) as shoal:
        yield shoal


async def test_another_projects_ids_are_like_unknown_ones(running: Running, keyed: LocalShoal) -> None:
    async with httpx.AsyncClient(timeout=30) as http:
        client = Client(running.shoal, http)
        for project in ("mine", "theirs"):
            await client.project(project, ["a", "b"])
        items = [{"text": "t", "label": "a", "sample_id": str(UUID(int=1))}]
        await client.done("qa", "POST", "/v1/projects/theirs/gold", json={"items": items, "votes": 1})
        strategy = {"kind": "random", "share": 1.0}
        campaign = await client.campaign("theirs", name="c", strategy=strategy, budget={"votes": 9})
        await waiting(client, "theirs", 1)
        gold = (await gold_jobs(client, "theirs"))[str(UUID(int=1))]
        job, task = gold["job_id"], gold["task"]["external_id"]

        admin = {"authorization": f"Bearer {ADMIN}"}
        address = keyed.urls["ingest"] + "/v1/projects/mine/keys"
        answer = await http.post(address, headers=admin, json={"roles": ["operator", "reviewer"]})
        headers = {"authorization": f"Bearer {answer.raise_for_status().json()['key']}"}
        decision = {"label": "a", "reviewer": "boss"}
        annotation = {"annotator": "ann", "answer": {"label": "a"}}
        skip = {"annotator": "ann"}
        for service, method, path, foreign, options in (
            ("qa", "GET", "/v1/projects/mine/jobs/{}", job, {}),
            ("qa", "POST", "/v1/projects/mine/reviews/{}", job, {"json": decision}),
            ("labeling-gateway", "GET", "/v1/projects/mine/jobs/{}/tasks", job, {}),
            ("labeling-gateway", "POST", "/v1/tasks/{}/annotations", task, {"json": annotation}),
            ("labeling-gateway", "POST", "/v1/tasks/{}/skip", task, {"json": skip}),
            ("labeling-gateway", "DELETE", "/v1/tasks/{}/annotations/1?annotator=ann", task, {}),
            ("sampler", "GET", "/v1/projects/mine/campaigns/{}", campaign["campaign_id"], {}),
        ):
            answers = []
            for identifier in (foreign, UNKNOWN):
                url = keyed.urls[service] + path.format(identifier)
                response = await http.request(method, url, headers=headers, **options)
                assert response.status_code == 404, (path, response.text)
                answers.append(_without_id(response, identifier))
            assert answers[0] == answers[1], path
            assert "theirs" not in answers[0]


def _without_id(response: httpx.Response, identifier: str) -> str:
    """Return a problem without the id that was asked for and that of the request."""
    problem = {
        name: value for name, value in response.json().items() if name not in ("instance", "request_id")
    }
    return str(problem).replace(identifier, "*")
