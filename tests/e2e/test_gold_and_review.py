"""Gold items measure annotators; an expert decides where votes disagree. Through the own queue's HTTP API."""

import asyncio
from typing import Any

import httpx
import pytest

from e2e.client import Client, eventually
from e2e.conftest import Running

pytestmark = [pytest.mark.servers, pytest.mark.timeout(900)]


async def work(client: Client, project: str, annotator: str, answers: dict[str, str]) -> int:
    """Answer every task that an annotator is given; return how many."""
    done, idle, person = 0, 0, {"annotator": annotator}
    while True:
        path = f"/v1/projects/{project}/queue/next"
        found = await client.ask("labeling-gateway", "GET", path, params=person)
        if found.status_code == 204:
            path = f"/v1/projects/{project}/progress"
            progress = await client.done("labeling-gateway", "GET", path, params=person)
            if not progress["waiting_for_you"] or idle == 100:
                return done
            idle += 1
            await asyncio.sleep(0.1)  # a task that the gateway has locked is not given
            continue
        task, idle = found.json(), 0
        body = {"annotator": annotator, "answer": {"label": answers[task["content"]["text"]]}}
        await client.done("labeling-gateway", "POST", f"/v1/tasks/{task['task_id']}/annotations", json=body)
        done += 1


async def waiting(client: Client, project: str, count: int) -> None:
    async def holds() -> bool:
        found = await client.done("labeling-gateway", "GET", f"/v1/projects/{project}/progress")
        return bool(found["waiting"] >= count)

    await eventually(holds)


async def test_gold_items_measure_annotators_and_are_no_labels_of_the_stream(running: Running) -> None:
    async with httpx.AsyncClient(timeout=30) as http:
        client = Client(running.shoal, http)
        await client.project("gold", ["gold", "wheat"])
        right = {
            f"Report {n} of {'gold' if n % 2 else 'wheat'}": "gold" if n % 2 else "wheat" for n in range(8)
        }
        items = [{"text": text, "label": label} for text, label in right.items()]
        added = await client.done("qa", "POST", "/v1/projects/gold/gold", json={"items": items, "votes": 2})
        again = await client.done("qa", "POST", "/v1/projects/gold/gold", json={"items": items, "votes": 2})
        assert (added["new"], again["new"]) == (8, 0)
        await waiting(client, "gold", 8)
        wrong = {text: "gold" if label == "wheat" else "wheat" for text, label in right.items()}
        assert await work(client, "gold", "ann", right) == 8
        assert await work(client, "gold", "liar", wrong) == 8

        async def measured() -> dict[str, Any]:
            rows = (await client.done("qa", "GET", "/v1/projects/gold/annotators"))["annotators"]
            found = {row["annotator"]: row for row in rows}
            return found if sum(row["gold_answered"] for row in rows) == 16 else {}

        found = await eventually(measured)
        assert found["inhouse/ann"]["gold_right"] == 8
        assert found["inhouse/liar"]["gold_right"] == 0
        assert found["inhouse/liar"]["state"] == "blocked"
        assert await client.labels("gold") == []


async def test_an_expert_decides_where_votes_disagree(running: Running) -> None:
    async with httpx.AsyncClient(timeout=30) as http:
        client = Client(running.shoal, http)
        await client.project("review", ["gold", "wheat"])
        await client.campaign(
            "review",
            name="all",
            strategy={"kind": "random", "share": 1.0},
            budget={"votes": 10},
            labeling={"votes": 2, "max_votes": 2},
        )
        text = "Is it gold or wheat?"
        await client.send([{"project": "review", "source_id": "1", "text": text}])
        await waiting(client, "review", 1)
        assert await work(client, "review", "ann", {text: "gold"}) == 1
        assert await work(client, "review", "bob", {text: "wheat"}) == 1

        async def disputed() -> list[dict[str, Any]]:
            return list((await client.done("qa", "GET", "/v1/projects/review/reviews"))["reviews"])

        (job,) = await eventually(disputed)
        assert sorted(vote["label"] for vote in job["votes"]) == ["gold", "wheat"]
        assert await client.labels("review") == []
        body = {"label": "wheat", "reviewer": "dr. grain"}
        await client.done("qa", "POST", f"/v1/projects/review/reviews/{job['job_id']}", json=body)
        (label,) = await client.labels("review")
        assert (label["label"], label["state"], label["revision"]) == ("wheat", "accepted", 1)
        assert label["evidence"]["reviewed_by"] == "qa/dr. grain"
        assert await disputed() == []


async def test_the_audit_measures_the_production_model(running: Running) -> None:
    async with httpx.AsyncClient(timeout=30) as http:
        client = Client(running.shoal, http)
        await client.project("audited", ["gold", "wheat"])
        rule = {"model": "majority", "accept_probability": 0.6}
        await client.done("qa", "PUT", "/v1/projects/audited/rule", json=rule)
        await client.done("sampler", "PUT", "/v1/projects/audited/audit", json={"rate": 1.0})
        texts = {
            f"Report {n} of {'gold' if n % 2 else 'wheat'}": "gold" if n % 2 else "wheat" for n in range(8)
        }
        items = [
            {
                "project": "audited",
                "source_id": str(number),
                "text": text,
                "prediction": {"model": "topics", "version": "3", "label": "gold"},
            }
            for number, text in enumerate(texts)
        ]
        await client.send(items)
        await waiting(client, "audited", 8)
        assert await work(client, "audited", "ann", texts) == 8
        assert await work(client, "audited", "bob", texts) == 8

        async def measured() -> dict[str, Any]:
            rows = (await client.done("qa", "GET", "/v1/projects/audited/metrics"))["production"]
            return rows[0] if rows and rows[0]["labelled"] == 8 else {}

        production = await eventually(measured)
        assert (production["model"], production["version"]) == ("topics", "3")
        assert (production["audited"], production["pending"]) == (8, 0)
        assert production["accuracy"] == 0.5
        assert 0 < production["low"] < 0.5 < production["high"] < 1
