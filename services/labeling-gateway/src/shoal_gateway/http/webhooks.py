"""Webhooks of providers, which a signature authenticates."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request

from shoal.contracts.base import NAME_PATTERN
from shoal.http.guard import reads_body
from shoal.http.openapi import problem_responses
from shoal.http.problems import status_of
from shoal.http.reading import read_body
from shoal_gateway.http.parts import Wired
from shoal_gateway.http.providers import ProviderName
from shoal_gateway.http.webhook_schemas import ReceiptAnswer, RefusedAnnotation
from shoal_gateway.usecases.providers.receive_webhook import Receipt

MOST_BYTES = 1 << 20
ACCEPTED = 202
HEADERS = {
    "webhook-id": "Id of the message; a repeated message is stored once.",
    "webhook-timestamp": "When it was signed, in whole seconds; at most 300 s from now.",
    "webhook-signature": "v1, and the signature (Standard Webhooks) of id, timestamp and raw body.",
}
MOST_HEADER = 200
ProjectOfTasks = Annotated[
    str,
    Query(max_length=128, pattern=NAME_PATTERN, description="Project of the tasks.", examples=["newsdesk"]),
]
_EXTRA: dict[str, Any] = {
    "parameters": [
        {
            "name": name,
            "in": "header",
            "required": True,
            "description": description,
            "schema": {"type": "string"},
        }
        for name, description in HEADERS.items()
    ],
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/WebhookIn"}}},
    },
}

routes = APIRouter(tags=["webhooks"])


@routes.post(
    "/v1/webhooks/{provider}",
    status_code=ACCEPTED,
    summary="Receive a provider's webhook",
    responses=problem_responses(400, 401, 404, 410, 413, 415),
    openapi_extra=_EXTRA,
)
@reads_body
async def receive_webhook(
    provider: ProviderName, request: Request, parts: Wired, project: ProjectOfTasks
) -> ReceiptAnswer:
    """Receive annotations in a signed webhook (Standard Webhooks). The provider's feed is read as well."""
    raw = await read_body(request, MOST_BYTES)
    headers = {name: request.headers.get(name, "")[:MOST_HEADER] for name in HEADERS}
    headers["webhook-signature"] = request.headers.get("webhook-signature", "")
    receipt = await parts.receive_webhook(
        project, provider, webhook_id=headers["webhook-id"], headers=headers, raw_body=raw
    )
    return _answer_receipt(receipt)


def _answer_receipt(receipt: Receipt) -> ReceiptAnswer:
    refused = [
        RefusedAnnotation(
            index=index,
            status=status_of(kind),
            reason=problem.reason,
            field=f"data.annotations[{index}].{problem.field}",
            detail=problem.detail,
            fix=problem.fix,
        )
        for index, kind, problem in receipt.refused
    ]
    return ReceiptAnswer(accepted=receipt.accepted, refused=refused)
