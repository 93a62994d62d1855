"""Where providers send their webhooks; a signature is the only key."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request

from shoal.http.problems import Problem, status_of
from shoal_gateway.usecases.receive_webhook import Receipt, ReceiveWebhook

MOST_BYTES = 1 << 20
ACCEPTED = 202
HEADERS = ("webhook-id", "webhook-timestamp", "webhook-signature")


def webhook_routes(receive: ReceiveWebhook) -> APIRouter:
    """Return the route."""
    routes = APIRouter(tags=["webhooks"])

    @routes.post("/v1/webhooks/{provider}", status_code=ACCEPTED)
    async def webhook(
        provider: str, request: Request, project: Annotated[str, Query(max_length=128)]
    ) -> dict[str, Any]:
        """Take annotations from a provider (Standard Webhooks); the feed is read anyway."""
        raw = await _body(request)
        headers = {name: request.headers.get(name, "") for name in HEADERS}
        receipt = await receive(
            project, provider, webhook_id=headers["webhook-id"][:200], headers=headers, raw_body=raw
        )
        return _receipt_json(receipt)

    return routes


async def _body(request: Request) -> bytes:
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > MOST_BYTES:
            raise Problem(
                413,
                "Body too large",
                f"a webhook's body may have {MOST_BYTES} bytes",
                field="body",
                fix="Send fewer annotations in one message",
            )
        parts.append(part)
    return b"".join(parts)


def _receipt_json(receipt: Receipt) -> dict[str, Any]:
    return {
        "accepted": receipt.accepted,
        "refused": [
            {
                "index": index,
                "status": status_of(kind),
                "reason": problem.reason,
                "field": f"data.annotations[{index}].{problem.field}",
                "detail": problem.detail,
                "fix": problem.fix,
            }
            for index, kind, problem in receipt.refused
        ],
    }
