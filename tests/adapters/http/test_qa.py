"""qa answers as its OpenAPI document says, whatever it is sent."""

import hashlib
import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from adapters.http.conformance import Server, migrated, names_of
from adapters.qa.qakit import job, vote
from publishingkit import FakePublisher, received
from shoal.contracts.projects import ProjectChanged
from shoal.persistence import open_pool
from shoal_local.stack import Stack
from shoal_qa.http.app import make_app
from shoal_qa.main import SCHEMA, wire_service
from shoal_qa.settings import QaSettings

pytestmark = pytest.mark.servers
NAMES = names_of(make_app(None))  # type: ignore[arg-type]
NEWS = "/v1/projects/news"
GUIDELINE = {"label_schema": {"classes": [{"name": "x"}, {"name": "y"}]}}
RULE = {"model": "majority", "accept_probability": 0.7, "max_votes": 3}


@pytest.fixture(scope="module")
def server(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder: Path = tmp_path_factory.mktemp("datasets")
    with migrated(stack, SCHEMA, "shoal_qa") as (runner, dsn):
        pool = runner.run(open_pool(dsn, SCHEMA))
        service = wire_service(QaSettings(postgres_dsn=dsn, datasets_uri=str(folder)), FakePublisher(), pool)
        assert service.directory is not None
        service.directory.put(ProjectChanged(project="news", changed_at=datetime(2026, 1, 1, tzinfo=UTC)))
        server = Server(
            service, runner, {"project": "news", "job_id": "j0", "dataset": "topics", "file": "data.jsonl"}
        )
        assert server.send("POST", f"{NEWS}/guidelines", json=GUIDELINE).status_code == 201
        assert server.send("PUT", f"{NEWS}/rule", json=RULE).status_code == 200
        runner.run(service.consumers[0].handle([received(job(n), "labeling.jobs") for n in range(6)]))
        votes = [
            vote(n, who, "x" if who == "ann" or n % 3 else "y") for n in range(6) for who in ("ann", "bob")
        ]
        events = [received(arrived.event, "labels.submitted") for arrived in votes]
        runner.run(service.consumers[1].handle(events))
        runner.run(service.loops[0].step())
        manifest = server.send("POST", f"{NEWS}/datasets", json={"dataset": "topics"})
        assert manifest.status_code == 201, manifest.text
        server.parameters["version"] = manifest.json()["version"]
        server.send("POST", f"{NEWS}/datasets", json={"dataset": "exported"}).raise_for_status()
        for seed in range(2):
            server.send("POST", f"{NEWS}/datasets", json={"dataset": "lost", "seed": seed}).raise_for_status()
        yield server
        runner.run(pool.close())


@pytest.mark.parametrize("name", NAMES)
def test_answers_conform(server: Server, name: str) -> None:
    server.check(name)


@pytest.mark.parametrize("name", NAMES)
def test_no_operation_answers_without_a_key(server: Server, name: str) -> None:
    server.check_key(name)


@pytest.mark.parametrize(
    ("method", "path", "body", "field"),
    [
        ("GET", f"/labels?after={2**63}", None, "after"),
        ("GET", f"/annotations?after={10**30}", None, "after"),
        ("GET", "/labels?include=vote", None, "include"),
        ("POST", "/reviews/j0", {"label": "x", "reviewer": "\x00"}, "reviewer"),
        (
            "POST",
            "/gold",
            {"items": [{"text": "a", "label": "x", "sample_id": "\x00"}]},
            "items[0].sample_id",
        ),
        ("POST", "/gold", {"items": [{"text": "\ud800", "label": "x"}]}, "items[0].text"),
        ("POST", "/gold", {"items": [{"content": {"txet": "a"}, "label": "x"}]}, "items[0]"),
        ("POST", "/datasets", {"dataset": "topics", "seed": 2**70}, "seed"),
        ("POST", "/datasets", {"dataset": "topics", "splits": {"a": 1e308, "b": 1e308}}, "splits"),
        ("POST", "/datasets", {"dataset": "topics", "majors": [9]}, "majors"),
        ("POST", "/datasets/topics/latest/exports", {"format": "coco"}, "format"),
        ("POST", "/guidelines", {"label_schema": {"classes": [{"name": "x"}]}}, "changes"),
        ("PUT", "/rule", {"hysteresis": 0.95}, "body"),
        (
            "POST",
            "/guidelines",
            {"label_schema": {"classes": [{"name": "a"}, {"name": "a"}]}},
            "label_schema.classes[1].name",
        ),
    ],
)
def test_what_cannot_be_stored_is_refused(
    server: Server, method: str, path: str, body: Any, field: str
) -> None:
    content = None if body is None else json.dumps(body)
    answer = server.send(method, NEWS + path, content=content, headers={"content-type": "application/json"})
    assert (answer.status_code, answer.json()["field"]) == (422, field), answer.text


def test_votes_come_with_labels_that_ask_for_them(server: Server) -> None:
    plain = server.send("GET", f"{NEWS}/labels").json()["labels"]
    voted = server.send("GET", f"{NEWS}/labels?include=votes").json()["labels"]
    assert plain
    assert all("votes" not in label for label in plain)
    assert all(label["votes"] for label in voted)


def test_label_errors_name_a_label_and_its_chance_of_being_wrong(server: Server) -> None:
    answer = server.send("GET", f"{NEWS}/label-errors?limit=2")
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert found["judged"] > 2
    assert len(found["errors"]) == 2
    jobs = {label["job_id"] for label in server.send("GET", f"{NEWS}/labels").json()["labels"]}
    for error in found["errors"]:
        assert error["job_id"] in jobs
        assert (error["error"], error["label"]["kind"]) == ("answer", "class")
    assert found["checked"] >= 0
    assert 1 >= found["errors"][0]["wrong"] >= found["errors"][1]["wrong"] >= 0


def test_a_preview_counts_what_a_rule_changes_and_leaves_the_rule(server: Server) -> None:
    before = server.send("GET", f"{NEWS}/rule").json()
    answer = server.send("POST", f"{NEWS}/rule/preview", json={"model": "majority", "min_votes": 3})
    assert answer.status_code == 200, answer.text
    preview = answer.json()
    assert preview["labels_withdrawn"] == preview["jobs_changed"] - preview["reviews_cancelled"] > 0
    assert not preview["estimate"]
    assert {example["label_after"] for example in preview["examples"]} == {None}
    assert server.send("GET", f"{NEWS}/rule").json() == before


def test_an_export_is_written_once_beside_the_version(server: Server) -> None:
    path = f"{NEWS}/datasets/exported/latest/exports"
    first, second = (server.send("POST", path, json={"format": "csv"}) for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 200), first.text
    assert first.json() == second.json()
    report = first.json()
    assert report["rows"] == sum(file["rows"] for file in report["files"])
    for file in report["files"]:
        content = (Path(report["uri"]) / file["path"]).read_bytes()
        assert hashlib.sha256(content).hexdigest() == file["sha256"]


def test_lost_files_are_rebuilt(server: Server) -> None:
    manifest = server.send("GET", f"{NEWS}/datasets/topics/latest").json()
    file = Path(manifest["uri"]) / "data.parquet"
    content = file.read_bytes()
    file.unlink()
    answer = server.send("POST", f"{NEWS}/datasets/topics/latest/rebuild")
    assert (answer.status_code, answer.json()) == (200, manifest), answer.text
    assert file.read_bytes() == content


def latest_file(server: Server, name: str, **headers: str) -> Any:
    return server.send("GET", f"{NEWS}/datasets/topics/latest/files/{name}", headers=headers)


def test_files_of_a_version_are_downloaded_with_their_hash_as_etag(server: Server) -> None:
    manifest = server.send("GET", f"{NEWS}/datasets/topics/latest").json()
    for entry in manifest["files"]:
        answer = latest_file(server, entry["path"])
        assert answer.status_code == 200, answer.text
        assert hashlib.sha256(answer.content).hexdigest() == entry["sha256"]
        assert answer.headers["etag"] == f'"{entry["sha256"]}"'
        assert answer.headers["content-length"] == str(entry["bytes"])
        assert answer.headers["content-disposition"] == f'attachment; filename="{entry["path"]}"'
    assert latest_file(server, "data.jsonl").headers["content-type"] == "application/x-ndjson"
    assert latest_file(server, "data.parquet").headers["content-type"] == "application/vnd.apache.parquet"


def test_the_manifest_is_downloaded_as_it_was_written(server: Server) -> None:
    manifest = server.send("GET", f"{NEWS}/datasets/topics/latest").json()
    answer = latest_file(server, "manifest.json")
    assert answer.content == (Path(manifest["uri"]) / "manifest.json").read_bytes()
    assert answer.headers["etag"] == f'"{hashlib.sha256(answer.content).hexdigest()}"'


@pytest.mark.parametrize(
    ("header", "start", "stop"),
    [("bytes=0-9", 0, 10), ("bytes=10-", 10, None), ("bytes=-7", -7, None), ("bytes=5-99999999", 5, None)],
)
def test_one_range_is_a_part_of_the_file(server: Server, header: str, start: int, stop: int | None) -> None:
    whole = latest_file(server, "data.jsonl").content
    answer = latest_file(server, "data.jsonl", range=header)
    assert (answer.status_code, answer.content) == (206, whole[start:stop])
    first = start % len(whole)
    assert answer.headers["content-range"] == f"bytes {first}-{first + len(answer.content) - 1}/{len(whole)}"


@pytest.mark.parametrize("header", ["bytes=9-3", "bytes=0-1,4-5", "lines=0-3", "bytes=-", "x", "bytes=a-b"])
def test_other_ranges_are_ignored(server: Server, header: str) -> None:
    answer = latest_file(server, "data.jsonl", range=header)
    assert (answer.status_code, answer.content) == (200, latest_file(server, "data.jsonl").content)


@pytest.mark.parametrize("header", ["bytes=99999999-", "bytes=-0"])
def test_a_range_outside_the_file_is_a_problem_with_its_size(server: Server, header: str) -> None:
    answer = latest_file(server, "data.jsonl", range=header)
    size = len(latest_file(server, "data.jsonl").content)
    assert (answer.status_code, answer.json()["field"]) == (416, "range")
    assert answer.headers["content-range"] == f"bytes */{size}"


def test_a_range_of_another_version_is_the_whole_file(server: Server) -> None:
    etag = latest_file(server, "data.jsonl").headers["etag"]
    headers = {"range": "bytes=0-3", "if-range": etag}
    assert latest_file(server, "data.jsonl", **headers).status_code == 206
    assert latest_file(server, "data.jsonl", **headers | {"if-range": '"other"'}).status_code == 200


def test_a_file_that_the_caller_has_is_not_sent_again(server: Server) -> None:
    etag = latest_file(server, "data.jsonl").headers["etag"]
    answer = latest_file(server, "data.jsonl", **{"if-none-match": f'"x", W/{etag}'})
    assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", etag)
    assert latest_file(server, "data.jsonl", **{"if-none-match": '"x"'}).status_code == 200


@pytest.mark.parametrize(
    "name", ["data.csv", "%2e%2e", "..%2Fmanifest.json", "%2Fetc%2Fpasswd", "..%2f..%2f..%2fsecret", "%00"]
)
def test_other_files_are_unknown_and_the_fix_lists_those_of_the_version(server: Server, name: str) -> None:
    answer = latest_file(server, name)
    assert answer.status_code in {404, 422}
    if name == "data.csv":
        assert answer.json()["fix"] == "Use one of data.jsonl, data.parquet, manifest.json"


def test_a_version_is_named_by_its_number_as_well(server: Server) -> None:
    by_number = server.send("GET", f"{NEWS}/datasets/topics/1")
    assert by_number.json()["version"] == server.parameters["version"]
    file = server.send("GET", f"{NEWS}/datasets/topics/1/files/data.jsonl")
    assert (file.status_code, server.send("GET", f"{NEWS}/datasets/topics/01").status_code) == (200, 404)


@pytest.mark.parametrize("headers", [{}, {"range": "bytes=0-9"}, {"range": "bytes=99999999-"}])
def test_head_answers_the_headers_of_get(server: Server, headers: dict[str, str]) -> None:
    path = f"{NEWS}/datasets/topics/latest/files/data.parquet"
    got, head = (server.send(method, path, headers=headers) for method in ("GET", "HEAD"))
    assert head.status_code == got.status_code
    assert dict(head.headers) == dict(got.headers)
    assert head.status_code == 416 or head.content == b""


def test_unknown_versions_and_datasets_are_named_with_those_that_exist(server: Server) -> None:
    version = server.parameters["version"]
    problem = server.send("GET", f"{NEWS}/datasets/topics/99").json()
    assert (problem["status"], problem["field"]) == (404, "version")
    assert version in problem["fix"]
    problem = server.send("GET", f"{NEWS}/datasets/topic/latest/files/data.jsonl").json()
    assert (problem["status"], problem["field"]) == (404, "dataset")
    assert problem["fix"].startswith("Use one of ")


@pytest.mark.parametrize("seed", [0, 1])
def test_a_file_that_its_storage_lost_is_a_problem_with_its_address(server: Server, seed: int) -> None:
    manifests = server.send("GET", f"{NEWS}/datasets").json()["datasets"]
    manifest = next(item for item in manifests if (item["dataset"], item["seed"]) == ("lost", seed))
    file = Path(manifest["uri"]) / "data.parquet"
    if seed:
        file.unlink()
    else:
        file.write_bytes(file.read_bytes()[:-1])
    problem = server.send("GET", f"{NEWS}/datasets/lost/{manifest['version']}/files/data.parquet").json()
    assert (problem["status"], problem["field"]) == (410, "file")
    assert str(file) in problem["detail"]


def test_a_guideline_that_no_event_can_carry_is_refused_and_leaves_the_old_one(server: Server) -> None:
    classes = [{"name": f"c{number}", "definition": "é" * 4_900} for number in range(102)]
    before = server.send("GET", f"{NEWS}/guidelines").json()
    document = {"label_schema": {"classes": classes}, "changes": {"all_asked_again": True}}
    body = json.dumps(document, ensure_ascii=False)
    answer = server.send(
        "POST", f"{NEWS}/guidelines", content=body, headers={"content-type": "application/json"}
    )
    assert (answer.status_code, answer.json()["title"]) == (413, "Too large")
    assert server.send("GET", f"{NEWS}/guidelines").json() == before


def test_ten_thousand_classes_are_checked_without_delay(server: Server) -> None:
    classes = [{"name": f"class {number}"} for number in range(10_000)]
    began = time.process_time()  # the time on the clock grows with the work of others
    answer = server.send(
        "POST", f"{NEWS}/guidelines", json={"label_schema": {"classes": [*classes[:-1], classes[0]]}}
    )
    assert (answer.status_code, answer.json()["field"]) == (422, "label_schema.classes[9999].name")
    assert time.process_time() - began < 1
