"""With keys and passwords on: no secret shows anywhere, and a revoked key is refused while Kafka is away."""

import os
from collections.abc import Iterator

import pytest

from e2e.client import eventually
from e2e.own_stack.keyedkit import Keyed, make_project, open_keyed, secrets_of
from e2e.own_stack.placekit import texts_of
from e2e.own_stack.usekit import use_services
from shoal_local.announcement import announce_stack
from shoal_local.servers.broker import TansuBroker

pytestmark = [
    pytest.mark.servers,
    pytest.mark.timeout(900),
    pytest.mark.skipif(
        os.environ.get("SHOAL_KAFKA") == "apache" or bool(os.environ.get("SHOAL_KAFKA_BOOTSTRAP")),
        reason="kills its embedded broker",
    ),
]


@pytest.fixture(scope="module")
def keyed() -> Iterator[Keyed]:
    with open_keyed() as running:
        yield running


async def test_no_log_event_metric_or_answer_shows_a_secret(
    keyed: Keyed, capsys: pytest.CaptureFixture[str]
) -> None:
    keys = await make_project(keyed)
    await use_services(keyed, keys)
    announce_stack(keyed.stack, keyed.shoal, empty=True, keys=True)
    texts = await texts_of(keyed)
    texts |= {"table": "".join(capsys.readouterr()), "answers": "\n".join(keyed.answers)}
    assert {"ingest.log", "labeling-gateway.log", "qa.log", "sampler.log", "embedder.log"} <= set(texts)
    assert len(texts["samples.ingested"]) > 500
    assert "PostgreSQL" in texts["table"]
    leaks = [
        (secret, place, text[max(0, text.index(value) - 300) : text.index(value)])
        for secret, value in (secrets_of(keyed) | keys).items()
        for place, text in texts.items()
        if value in text
    ]
    assert leaks == []


async def test_a_revoked_key_is_refused_everywhere_while_kafka_is_away(keyed: Keyed) -> None:
    """The last test of this file: it ends the broker."""
    broker = keyed.stack.servers["kafka"]
    assert isinstance(broker, TansuBroker)
    await keyed.ask("ingest", "POST", "/v1/projects", json={"project": "sport"})
    answer = await keyed.ask("ingest", "POST", "/v1/projects/sport/keys", json={"roles": ["operator"]})
    key, key_id = answer.json()["key"], answer.json()["key_id"]
    doors = {
        "qa": "/v1/projects/sport/rule",
        "sampler": "/v1/projects/sport/campaigns",
        "labeling-gateway": "/v1/projects/sport/providers",
    }
    for service, path in {**doors, "ingest": "/v1/projects"}.items():
        assert (await keyed.ask(service, "GET", path, key)).status_code == 200
    broker.child.kill()
    path = f"/v1/projects/sport/keys/{key_id}"
    assert (await keyed.ask("ingest", "DELETE", path)).status_code == 204
    assert (await keyed.ask("ingest", "GET", "/v1/projects", key)).status_code == 401
    for service, path in doors.items():

        async def is_refused(service: str = service, path: str = path) -> bool:
            return (await keyed.ask(service, "GET", path, key)).status_code == 401

        await eventually(is_refused)
        assert (await keyed.ask(service, "GET", path)).status_code == 200
