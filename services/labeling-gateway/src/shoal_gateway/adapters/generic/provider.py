"""The provider port over the interface of docs/generic-vendor.md."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from urllib.parse import quote

from shoal.runtime.refusal import Refused
from shoal_gateway.adapters.generic.answers import UnreadableAnswer, parse_json
from shoal_gateway.adapters.generic.client import VendorClient
from shoal_gateway.adapters.generic.mapping import (
    TaskMedia,
    batch_json,
    read_annotations,
    read_cursor,
    read_receipts,
)
from shoal_gateway.adapters.signatures import verify_signature
from shoal_gateway.domain.faults import Fault
from shoal_gateway.domain.guidelines import Guideline
from shoal_gateway.domain.providers import Capabilities, ProviderConfig
from shoal_gateway.domain.tasks import Prelabel, TaskOrder, TaskReceipt
from shoal_gateway.usecases.contents import prelabel_json
from shoal_gateway.usecases.errors import ProviderUnavailable
from shoal_gateway.usecases.ports import Page, ReceivedItem

MOST_ANNOTATIONS = 500
NOT_FOUND = 404
NOT_SHOWN = 501


class GenericVendor:
    """Idempotent by contract: the vendor answers `exists` to a repeat, so nothing is looked up before one."""

    capabilities = Capabilities(
        polls=True,
        webhooks=True,
        extends_overlap=True,
        shows_predictions=True,
        cancels=True,
        replaces_skips=True,
        max_batch=200,
    )

    def __init__(
        self, client: VendorClient, config: ProviderConfig, callback_url: str | None, media: TaskMedia
    ) -> None:
        self._client = client
        self._media = media
        self._config = config
        self._callback_url = callback_url if config.webhook_secret else None

    async def upsert_tasks(
        self, orders: Sequence[TaskOrder], guidelines: Mapping[int, Guideline], *, maybe_sent: bool
    ) -> Sequence[TaskReceipt]:
        """POST {base}/tasks."""
        del maybe_sent  # a repeat is harmless here
        body = batch_json(orders, guidelines, self._callback_url, self._media)
        answer = await self._client.call("POST", "/tasks", body=body)
        try:
            return read_receipts(answer)
        except (KeyError, TypeError) as error:
            detail = "POST /tasks: the answer has no list `results`"
            raise ProviderUnavailable(detail, Fault.BAD_ANSWER) from error

    async def attach_prediction(self, external_id: str, prelabel: Prelabel) -> None:
        """PUT {base}/tasks/{external_id}/prediction."""
        path = f"/tasks/{quote(external_id, safe='')}/prediction"
        await self._client.call("PUT", path, body=prelabel_json(prelabel), also_done=(NOT_SHOWN,))

    async def poll(self, cursor: str | None, limit: int) -> Page:
        """GET {base}/annotations."""
        query = {"project": self._config.project, "limit": str(limit)}
        if cursor is not None:
            query["cursor"] = cursor
        answer = await self._client.call("GET", "/annotations", query=query)
        try:
            items, cursor = answer["annotations"], read_cursor(answer["next_cursor"])
            more = answer.get("more") is True
        except (KeyError, TypeError, AttributeError) as error:
            detail = "GET /annotations: the answer has no `annotations` and `next_cursor`"
            raise ProviderUnavailable(detail, Fault.BAD_ANSWER) from error
        except ValueError as error:
            raise ProviderUnavailable(f"GET /annotations: {error}", Fault.BAD_ANSWER) from error
        if not isinstance(items, list) or len(items) > MOST_ANNOTATIONS:
            detail = f"GET /annotations: `annotations` must be a list of at most {limit} entries"
            raise ProviderUnavailable(detail, Fault.BAD_ANSWER)
        return Page(read_annotations(items), cursor, more)

    def parse_webhook(
        self, headers: Mapping[str, str], raw_body: bytes, now: datetime
    ) -> Sequence[ReceivedItem]:
        """Return the annotations of a webhook. Raises Refused if its signature, time or body is wrong."""
        verify_signature(self._config, headers, raw_body, now)
        try:
            items = parse_json(raw_body)["data"]["annotations"]
        except UnreadableAnswer as error:
            raise _unreadable_webhook("the body is no JSON") from error
        except (KeyError, TypeError) as error:
            raise _unreadable_webhook("the body has no data.annotations") from error
        if not isinstance(items, list) or not 1 <= len(items) <= MOST_ANNOTATIONS:
            raise _unreadable_webhook(
                f"data.annotations must be a list of 1 to {MOST_ANNOTATIONS} annotations"
            )
        return read_annotations(items)

    async def extend_overlap(self, external_id: str, votes: int) -> None:
        """PUT {base}/tasks/{external_id}/votes."""
        path = f"/tasks/{quote(external_id, safe='')}/votes"
        await self._client.call("PUT", path, body={"votes": votes})

    async def cancel(self, external_id: str) -> None:
        """DELETE {base}/tasks/{external_id}."""
        path = f"/tasks/{quote(external_id, safe='')}"
        await self._client.call("DELETE", path, also_done=(NOT_FOUND,))


def _unreadable_webhook(detail: str) -> Refused:
    return Refused(
        "malformed",
        detail,
        field="data.annotations",
        fix="See docs/generic-vendor.md, Webhooks",
        title="Unreadable webhook",
    )
