"""Tasks and answers of every label type, over HTTP and with a vendor on a socket."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from adapters.gateway.servicekit import RunningGateway, running_gateway, wait_until
from adapters.gateway.typekit import CONTENTS, IMAGE, NAMES, PLAIN, SCHEMAS, SHA256
from hostilevendor import HostileVendor
from shoal.media.addresses import read_address
from vendorkit import annotation, serve_vendor

pytestmark = pytest.mark.servers
KEY = "a key of images that is long enough"
MEDIA_URL = "https://pictures.example/shoal"
MEDIA = {"media_key": KEY, "media_public_url": MEDIA_URL}
BOX = {"label": NAMES[0], "left": 0.1, "top": 0.1, "right": 0.5, "bottom": 0.5, "attributes": []}
SECRET = "a secret of the vendor, long enough"


def boxes(*items: dict[str, Any]) -> dict[str, Any]:
    return {"kind": "boxes", "width": 640, "height": 480, "boxes": list(items)}


async def take(
    gateway: RunningGateway, project: str, who: str = "ann", lane: str = "label"
) -> dict[str, Any]:
    taken: dict[str, Any] = {}

    async def is_there() -> bool:
        query = {"annotator": who, "lane": lane}
        response = await gateway.http.get(f"/v1/projects/{project}/queue/next", params=query)
        taken.update(response.json() if response.status_code == 200 else {})
        return bool(taken)

    await wait_until(is_there, "a task")
    return taken


async def give(
    gateway: RunningGateway, task: dict[str, Any], answer: dict[str, Any], who: str = "ann"
) -> httpx.Response:
    body = {"annotator": who, "answer": answer}
    return await gateway.http.post(f"/v1/tasks/{task['task_id']}/annotations", json=body)


def opened(url: str) -> tuple[str, str, int, timedelta]:
    """Return what a signed address opens: project, image, size, and for how long."""
    assert url.startswith(f"{MEDIA_URL}/v1/media/")
    now = datetime.now(UTC)
    address = read_address([KEY], url.rsplit("/", 1)[-1], now)
    return address.project, address.sha256, address.size, address.expires - now


async def test_an_image_comes_with_addresses_of_its_project_that_expire(migrated_dsn: str) -> None:
    async with running_gateway(migrated_dsn, **MEDIA) as gateway:
        gateway.project("reef", SCHEMAS["boxes"])
        await gateway.job("reef", 1, "inhouse", content=IMAGE)
        task = await take(gateway, "reef")
        media = task["content"]["media"]
        assert task["content"]["kind"] == "image"
        assert (media["width"], media["height"]) == (640, 480)
        *opens, left = opened(media["url"])
        assert opens == ["reef", SHA256, 0]
        assert timedelta(minutes=5) < left <= timedelta(minutes=15)
        assert opened(media["thumbnail"])[:3] == ("reef", SHA256, 320)
        page = await gateway.http.get("/")
        policy = page.headers["content-security-policy"].split("; ")
        assert "img-src 'self' https://pictures.example" in policy
        assert "default-src 'none'" in policy


async def test_of_a_crop_people_see_the_part_that_is_meant_and_the_whole(migrated_dsn: str) -> None:
    crop = {"left": 0.1, "top": 0.2, "right": 0.35, "bottom": 0.75}
    async with running_gateway(migrated_dsn, **MEDIA) as gateway:
        gateway.project("reef", SCHEMAS["single_choice"])
        await gateway.job("reef", 1, "inhouse", content={**IMAGE, "crop": crop})
        content = (await take(gateway, "reef"))["content"]
        assert content["crop"] == crop
        cropped = content["cropped"]
        assert (cropped["width"], cropped["height"]) == (160, 264)
        for name, size in (("url", 0), ("thumbnail", 320)):
            address = read_address([KEY], cropped[name].rsplit("/", 1)[-1], datetime.now(UTC))
            assert (address.sha256, address.size) == (SHA256, size)
            assert address.crop == (0.1, 0.2, 0.35, 0.75)
            assert opened(content["media"][name])[:3] == ("reef", SHA256, size)


async def test_without_a_key_no_address_is_given(migrated_dsn: str) -> None:
    async with running_gateway(migrated_dsn) as gateway:
        gateway.project("reef", SCHEMAS["boxes"])
        await gateway.job("reef", 1, "inhouse", content=IMAGE)
        assert (await take(gateway, "reef"))["content"]["media"]["url"] is None
        assert "img-src 'self';" in (await gateway.http.get("/")).headers["content-security-policy"]


async def test_a_task_carries_its_schema_and_hides_the_models_of_candidates(migrated_dsn: str) -> None:
    async with running_gateway(migrated_dsn) as gateway:
        for kind in ("single_choice", "ranking"):
            gateway.project(kind.replace("_", "-"), SCHEMAS[kind])
            await gateway.job(kind.replace("_", "-"), 1, "inhouse", content=CONTENTS.get(kind, PLAIN))
        classes = (await take(gateway, "single-choice"))["schema"]["classes"]
        assert [item["name"] for item in classes] == list(NAMES)
        assert classes[0]["definition_html"] == "A <em>grain</em>."
        assert classes[0]["colour"] == "#aa8800"
        ranking = await take(gateway, "ranking")
        assert ranking["schema"] == {"kind": "ranking", "ties": True, "criterion": "helpfulness"}
        assert ranking["content"]["kind"] == "candidates"
        assert ranking["content"]["prompt"] == "Which grain?"
        assert "secret" not in json.dumps(ranking)


async def test_an_answer_that_does_not_fit_is_refused_with_its_field(migrated_dsn: str) -> None:
    wrong = {
        "answer.kind": {"kind": "class", "label": NAMES[0]},
        "answer.boxes[1].right": boxes(BOX, {**BOX, "right": 0.1}),
        "answer.boxes[0].left": boxes({**BOX, "left": -0.1}),
        "answer.boxes[0].label": boxes({**BOX, "label": "fish"}),
        "answer.boxes[0].attributes[0]": boxes({**BOX, "attributes": ["huge"]}),
        "answer.boxes": {"kind": "boxes", "width": 640, "height": 480},
        "answer.code": {"kind": "skip", "code": "bored"},
        "answer": {"kind": "circles"},
    }
    async with running_gateway(migrated_dsn) as gateway:
        gateway.project("reef", SCHEMAS["boxes"])
        await gateway.job("reef", 1, "inhouse", content=IMAGE)
        task = await take(gateway, "reef")
        for field, answer in wrong.items():
            response = await give(gateway, task, answer)
            assert response.status_code == 422, response.text
            assert response.json()["field"] == field
            assert response.json()["fix"]
        assert await gateway.count("SELECT count(*) FROM annotations") == 0
        assert (await give(gateway, task, boxes())).status_code == 201


async def test_a_changed_answer_is_a_revision_and_a_skip_is_no_vote(migrated_dsn: str) -> None:
    async with running_gateway(migrated_dsn) as gateway:
        gateway.project("reef", SCHEMAS["boxes"])
        await gateway.job("reef", 1, "inhouse", content=IMAGE)
        task = await take(gateway, "reef")
        first = (await give(gateway, task, boxes(BOX))).json()
        second = (await give(gateway, task, boxes(BOX, {**BOX, "label": NAMES[1]}))).json()
        assert (first["action"], second["action"], second["revision"]) == ("submitted", "updated", 2)
        skip = (await give(gateway, task, {"kind": "skip", "code": "unreadable", "reason": "dark"})).json()
        assert skip["action"] == "skipped"
        last = (await gateway.http.get("/v1/projects/reef/queue/last?annotator=ann")).json()
        assert (last["answer"], last["code"], last["reason"]) == (None, "unreadable", "dark")
        undone = await gateway.http.delete(
            f"/v1/tasks/{task['task_id']}/annotations/{skip['annotation_id']}?annotator=ann"
        )
        assert undone.json()["action"] == "deleted"


PREDICTIONS: dict[str, tuple[dict[str, Any], dict[str, Any] | None]] = {
    "single_choice": (
        {"label": NAMES[1], "scores": {NAMES[1]: 0.7}},
        {"kind": "class", "label": NAMES[1], "score": 0.7, "scores": {NAMES[1]: 0.7}},
    ),
    "multi_choice": (
        {"labels": [NAMES[0]], "scores": {NAMES[0]: 0.9}},
        {"kind": "classes", "labels": [NAMES[0]], "scores": {NAMES[0]: 0.9}},
    ),
    "boxes": (
        {"boxes": [{**BOX, "score": 0.6}, {**BOX, "label": NAMES[1]}]},
        {**boxes(BOX, {**BOX, "label": NAMES[1]}), "scores": [0.6, None]},
    ),
    "spans": (
        {"spans": [{"label": NAMES[0], "start": 7, "end": 8, "score": 0.8}]},
        {
            "kind": "spans",
            "spans": [{"label": NAMES[0], "start": 7, "end": 8, "text": "🌾", "attributes": []}],
            "scores": [0.8],
        },
    ),
    "ranking": (
        {"candidate_scores": {"a": 0.2, "b": 0.5, "c": 0.2}},
        {
            "kind": "ranking",
            "order": [["b"], ["a", "c"]],
            "scores": {"a": 0.2, "b": 0.5, "c": 0.2},
        },
    ),
    "pair": (
        {"candidate_scores": {"a": 0.2, "b": 0.5}},
        {"kind": "pair", "choice": "b", "scores": {"a": 0.2, "b": 0.5}},
    ),
    "number": (
        {"number": {"value": 3.5, "low": 3.0, "high": 4.0}},
        {"kind": "number", "value": 3.5, "scores": {"low": 3.0, "high": 4.0}},
    ),
    "text": ({"text": "a grain"}, {"kind": "text", "text": "a grain", "scores": None}),
}
UNFIT = {
    "single_choice": {"label": "fish"},
    "boxes": {"boxes": [{**BOX, "label": "fish"}]},
    "spans": {"spans": [{"label": NAMES[0], "start": 7, "end": 900}]},
    "ranking": {"candidate_scores": {"a": 0.2}},
    "rating": {"number": {"value": 9}},
    "text": {"label": NAMES[0]},
}


async def test_a_prediction_is_shown_as_an_answer_if_it_fits_the_schema(migrated_dsn: str) -> None:
    async with running_gateway(migrated_dsn) as gateway:
        for kind, (prediction, shown) in PREDICTIONS.items():
            project = kind.replace("_", "-")
            gateway.project(project, SCHEMAS[kind], prelabels="on_demand")
            content = CONTENTS.get(kind, PLAIN)
            await gateway.job(project, 1, "inhouse", content=content, prediction=prediction)
            task = await take(gateway, project)
            assert task["prelabel"] == "on_demand"
            model = {"model": "m", "version": "7", "score": None}
            assert task["prediction"] == {**model, **(shown or {})}, kind
        for kind, prediction in UNFIT.items():
            project = f"unfit-{kind.replace('_', '-')}"
            gateway.project(project, SCHEMAS[kind], prelabels="shown")
            content = CONTENTS.get(kind, PLAIN)
            await gateway.job(project, 1, "inhouse", content=content, prediction=prediction)
            assert (await take(gateway, project))["prediction"] is None, kind
        gateway.project("hidden", SCHEMAS["boxes"])
        await gateway.job("hidden", 1, "inhouse", content=IMAGE, prediction=PREDICTIONS["boxes"][0])
        task = await take(gateway, "hidden")
        assert (task["prediction"], task["prelabel"]) == (None, "hidden")


async def test_a_reviewer_sees_the_votes_as_answers(migrated_dsn: str) -> None:
    async with running_gateway(migrated_dsn) as gateway:
        gateway.project("reef", SCHEMAS["boxes"])
        job = await gateway.job("reef", 1, "inhouse", votes=2, content=IMAGE)
        for who, answer in (("ann", boxes(BOX)), ("bob", {"kind": "skip", "code": "unreadable"})):
            await give(gateway, await take(gateway, "reef", who), answer, who)
        await gateway.request("reef", job, "review", 1)
        review = await take(gateway, "reef", "rae", "review")
        vote, skip = review["dispute"]["votes"]
        assert vote["answer"] == boxes(BOX)
        assert (skip["answer"], skip["code"]) == (None, "unreadable")
        assert "ann" not in json.dumps(review["dispute"])


async def test_a_vendor_gets_content_schema_and_prelabel_and_its_bad_answers_are_refused_alone(
    migrated_dsn: str,
) -> None:
    vendor = HostileVendor()
    async with (
        running_gateway(migrated_dsn, vendor_media_hours=48, **MEDIA) as gateway,
        serve_vendor(vendor) as url,
    ):
        gateway.project("reef", SCHEMAS["boxes"], prelabels="shown")
        await gateway.provider("reef", "acme", base_url=url, webhook_secret=SECRET)
        prediction = PREDICTIONS["boxes"][0]
        job = await gateway.job("reef", 1, "acme", votes=3, content=IMAGE, prediction=prediction)
        await wait_until(lambda: _true(bool(vendor.tasks)), "the vendor has the task")
        task = await gateway.task_of(job)
        sent = vendor.tasks[task]
        batch = next(call.body for call in vendor.calls if call.method == "POST")
        assert batch["guidelines"]["1"]["label_schema"]["kind"] == "boxes"
        assert sent["content"]["kind"] == "image"
        assert opened(sent["content"]["media"]["url"])[3] > timedelta(hours=47)
        assert sent["prediction"]["boxes"][0]["label"] == NAMES[0]
        bad = annotation(task, "w1", answer=boxes({**BOX, "right": 0.05}))
        vendor.feed += [bad, annotation(task, "w2", answer=boxes(BOX)), annotation(task, "w3", "wheat")]
        votes = "SELECT count(*) FROM annotations WHERE provider = 'acme'"
        await wait_until(lambda: _counted(gateway, votes, 1), "the good answer is stored")
        refused = "SELECT reason, detail FROM refused_annotations ORDER BY reason"
        rows = await gateway.pool.fetch(refused)
        assert [row["reason"] for row in rows] == ["bad_answer", "bad_answer"]
        items = [
            annotation(task, "w4", answer=boxes({**BOX, "left": 0.3}, {**BOX, "top": 0.9})),
            annotation(task, "w5", answer=boxes()),
        ]
        body = json.dumps({"type": "annotations.changed", "data": {"annotations": items}}).encode()
        receipt = (await gateway.webhook("reef", "acme", SECRET, body)).json()
        assert receipt["accepted"] == 1
        assert receipt["refused"][0]["field"] == "data.annotations[0].answer.boxes[1].bottom"
        await wait_until(lambda: _counted(gateway, votes, 2), "the webhook's answer is stored")
        prices = await gateway.pool.fetch("SELECT kind, price FROM annotations ORDER BY annotator")
        assert [tuple(row) for row in prices] == [("boxes", 0.04), ("boxes", 0.04)]


async def _counted(gateway: RunningGateway, sql: str, number: int) -> bool:
    return await gateway.count(sql) == number


async def _true(value: bool) -> bool:
    return value
