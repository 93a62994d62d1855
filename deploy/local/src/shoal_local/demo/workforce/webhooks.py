"""Standard Webhooks to Shoal: signed, sent in batches, repeated on 5xx, some lost on purpose."""

import asyncio
import json
from random import Random
from typing import Any
from uuid import uuid4

import httpx

from shoal.clock import utc_now
from shoal.security import sign_webhook

MOST = 200
TRIES = 3
PAUSE_S = 0.1
TIMEOUT_S = 10.0


class Webhooks:
    """Annotations to send, by callback address. Without a secret nothing is sent."""

    def __init__(self, secret: str | None, lost: float, chance: Random) -> None:
        self._secret = secret
        self._lost = lost
        self._chance = chance
        self._waiting: dict[str, list[dict[str, Any]]] = {}
        self.delivered = 0
        self.lost = 0

    def add(self, url: str, annotation: dict[str, Any]) -> None:
        """Queue an annotation, unless it is one of those that are lost on purpose."""
        if self._secret is None:
            return
        if self._chance.random() < self._lost:
            self.lost += 1
        else:
            self._waiting.setdefault(url, []).append(annotation)

    async def run(self) -> None:
        """Send until cancelled."""
        async with httpx.AsyncClient(timeout=TIMEOUT_S) as client:
            while True:
                await asyncio.sleep(PAUSE_S)
                for url in list(self._waiting):
                    batch = self._waiting.pop(url)
                    for start in range(0, len(batch), MOST):
                        await self._send(client, url, batch[start : start + MOST])

    async def _send(self, client: httpx.AsyncClient, url: str, batch: list[dict[str, Any]]) -> None:
        body = json.dumps(
            {
                "type": "annotations.changed",
                "timestamp": utc_now().isoformat(),
                "data": {"annotations": batch},
            }
        ).encode()
        webhook_id = f"msg_{uuid4().hex}"
        for attempt in range(TRIES):
            if await self._answered(client, url, webhook_id, body):
                self.delivered += len(batch)
                return
            await asyncio.sleep(PAUSE_S * 2**attempt)
        self.lost += len(batch)  # no more tries: the feed delivers them

    async def _answered(self, client: httpx.AsyncClient, url: str, webhook_id: str, body: bytes) -> bool:
        """Send one message; return whether the answer is final."""
        moment = int(utc_now().timestamp())
        headers = {
            "content-type": "application/json",
            "webhook-id": webhook_id,
            "webhook-timestamp": str(moment),
            "webhook-signature": sign_webhook(self._secret or "", webhook_id, moment, body),
        }
        try:
            return (await client.post(url, content=body, headers=headers)).status_code < 500
        except (httpx.TransportError, httpx.InvalidURL):
            return False
