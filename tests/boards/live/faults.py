"""What goes wrong in a healthy installation: odd webhooks, a vendor with bad days, unreadable records."""

import asyncio
import json
import time
from itertools import count, cycle
from typing import Any

import httpx

from e2e.client import Client
from hostilevendor import HostileVendor
from shoal.clock import utc_now
from shoal.contracts.ids import stable_id
from shoal.contracts.labels import AnnotationSubmitted, ClassAnswer, GuidelineRef
from shoal.contracts.topics import LABELS_SUBMITTED
from shoal.messaging import KafkaSettings, connect, encode
from shoal.security import sign_webhook
from shoal_local.stack import Stack
from vendorkit import annotation

ABSENT_HOST = "photos.invalid"  # a name that no resolver knows, as RFC 2606 reserves it
BAD_DAYS = (None, "surrogate in an error", None, "hang up", "odd retry-after", "html", None)
"""Tricks of the vendor, one after the other; None keeps to the interface."""


async def send_odd_webhooks(client: Client, project: str, provider: str, secret: str) -> None:
    """Send webhooks that repeat, that nobody signed, and that hold nonsense, until cancelled."""
    body = json.dumps(
        {"type": "annotations.changed", "timestamp": utc_now().isoformat(), "data": {"annotations": []}}
    ).encode()
    for number in count():
        moment, name = int(time.time()), f"msg_{number // 2}"
        await _post_webhook(
            client, project, provider, moment, name, body, sign_webhook(secret, name, moment, body)
        )
        await _post_webhook(client, project, provider, moment, f"bad_{number}", body, "v1,AAAA")
        odd = b'{"type": 7}'
        signature = sign_webhook(secret, f"odd_{number}", moment, odd)
        await _post_webhook(client, project, provider, moment, f"odd_{number}", odd, signature)
        await asyncio.sleep(3)


async def _post_webhook(
    client: Client, project: str, provider: str, moment: int, name: str, body: bytes, signature: str
) -> httpx.Response:
    headers = {
        "content-type": "application/json",
        "webhook-id": name,
        "webhook-timestamp": str(moment),
        "webhook-signature": signature,
    }
    path = f"/v1/webhooks/{provider}?project={project}"
    return await client.ask("labeling-gateway", "POST", path, content=body, headers=headers)


async def have_bad_days(vendor: HostileVendor) -> None:
    """Change the vendor's manners every few seconds; it answers tasks, twice or with an unknown class."""
    answered: set[str] = set()
    for trick in cycle(BAD_DAYS):
        vendor.trick = trick
        for task in [name for name in list(vendor.tasks) if name not in answered][:4]:
            answered.add(task)
            vendor.feed += [annotation(task, who, "grain") for who in ("tom", "tim", "tam")]
            vendor.feed.append(annotation(task, "ted", "\x00"))
        await asyncio.sleep(4)


async def send_photos_of_absent_host(client: Client, project: str) -> None:
    """Send images at a host that does not answer, until cancelled; they wait for it."""
    body = {"project": project, "encoders": {"image": "efficientnet-lite0"}}
    await client.done("ingest", "POST", "/v1/projects", json=body)
    for number in count():
        image = {"uri": f"https://{ABSENT_HOST}/{number}.jpg"}
        await client.ask(
            "ingest",
            "POST",
            "/v1/inferences",
            json={"project": project, "source_id": f"photo-{number}", "image": image},
        )
        await asyncio.sleep(5)


async def send_unreadable_annotations(stack: Stack, project: str) -> None:
    """Publish annotations with a class that the guideline lacks, until cancelled; each is a dead letter."""
    settings = KafkaSettings(
        bootstrap=stack.kafka_bootstrap,
        idempotence=stack.environment.get("SHOAL_KAFKA_IDEMPOTENCE") != "false",
        provision_topics=False,
    )
    async with connect(settings, service="test", version="0") as messaging:
        for number in count():
            event = _unknown_label(project, f"odd-{number}")
            record = encode(
                LABELS_SUBMITTED,
                event,
                event_id=event.annotation_id,
                source="/test",
                time=event.submitted_at,
            )
            await messaging.publisher.publish([record])
            await asyncio.sleep(5)


def _unknown_label(project: str, name: str) -> AnnotationSubmitted:
    fields: dict[str, Any] = {"project": project, "provider": "crowd", "annotator": "ann", "task_id": "t"}
    return AnnotationSubmitted(
        **fields,
        job_id=stable_id("job", name),
        sample_id=stable_id("sample", name),
        annotation_id=name,
        revision=1,
        action="submitted",
        answer=ClassAnswer(label="zebra"),
        purpose="label",
        guideline=GuidelineRef(major=1, minor=0),
        submitted_at=utc_now(),
    )
