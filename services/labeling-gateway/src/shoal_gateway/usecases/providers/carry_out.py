"""Make the calls that intents describe, and return how they ended."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from shoal_gateway.domain.faults import Fault
from shoal_gateway.domain.guidelines import Guideline
from shoal_gateway.domain.intents import Intent, IntentKind, IntentState, Outcome
from shoal_gateway.domain.retrying import attempts_exhausted, wait_s
from shoal_gateway.domain.tasks import TaskOrder, TaskReceipt
from shoal_gateway.usecases.errors import ProviderRefused, ProviderUnavailable
from shoal_gateway.usecases.ports import Guidelines, Provider
from shoal_gateway.usecases.prelabels import prelabel_of
from shoal_gateway.usecases.providers.guarded_provider import GuardedProvider, NoteCall

GUIDELINE_WAIT_S = 2.0
Orders = Mapping[str, TaskOrder]


@dataclass(frozen=True, slots=True)
class CarryOut:
    """Makes a provider's calls. `jitter` returns a number in [0, 1) for each wait."""

    guidelines: Guidelines
    jitter: Callable[[], float]

    async def __call__(
        self,
        provider: Provider,
        kind: IntentKind,
        *,
        intents: Sequence[Intent],
        orders: Orders,
        deadline: float,
        note: NoteCall,
    ) -> list[Outcome]:
        """Return one outcome per intent. An intent whose task is missing from `orders` is dropped.

        Calls that would begin after `deadline`, a time of the event loop, are made at the next attempt.
        `note` is told of every call.
        """
        guarded = GuardedProvider(provider, deadline, note)
        if kind is IntentKind.CANCEL:
            return await self._call_all(intents, lambda intent: guarded.cancel(intent.external_id))
        alive = [intent for intent in intents if intent.external_id in orders]
        dropped = [
            outcome_of(intent, IntentState.DROPPED) for intent in intents if intent.external_id not in orders
        ]
        if kind is IntentKind.UPSERT:
            return dropped + await self._upsert(guarded, alive, orders)
        call = self._extend if kind is IntentKind.EXTEND else self._predict
        return dropped + await self._call_all(alive, lambda intent: call(guarded, orders[intent.external_id]))

    async def _extend(self, provider: GuardedProvider, order: TaskOrder) -> None:
        await provider.extend_overlap(order.external_id, order.votes)

    async def _predict(self, provider: GuardedProvider, order: TaskOrder) -> None:
        guideline = await self.guidelines.get(order.project, order.guideline_major)
        shown = _with_prelabel(order, guideline).prelabel if guideline is not None else None
        if shown is not None and provider.capabilities.shows_predictions:
            await provider.attach_prediction(order.external_id, shown)

    async def _upsert(
        self, provider: GuardedProvider, intents: Sequence[Intent], orders: Orders
    ) -> list[Outcome]:
        """Send the orders whose guideline is available; the others wait for theirs, which is no failure."""
        keys = {(orders[i.external_id].project, orders[i.external_id].guideline_major) for i in intents}
        loaded = {major: await self.guidelines.get(project, major) for project, major in keys}
        guidelines = {major: guideline for major, guideline in loaded.items() if guideline is not None}
        ready = [intent for intent in intents if orders[intent.external_id].guideline_major in guidelines]
        early = [
            outcome_of(intent, IntentState.PENDING, "waits for its guideline", GUIDELINE_WAIT_S)
            for intent in intents
            if intent not in ready
        ]
        return early + (await self._send(provider, ready, orders, guidelines) if ready else [])

    async def _send(
        self,
        provider: GuardedProvider,
        intents: Sequence[Intent],
        orders: Orders,
        guidelines: Mapping[int, Guideline],
    ) -> list[Outcome]:
        """Send a batch. If the provider refuses it as a whole, halve it until the bad order is alone."""
        claimed_orders = [orders[intent.external_id] for intent in intents]
        batch = [_with_prelabel(order, guidelines[order.guideline_major]) for order in claimed_orders]
        maybe_sent = any(intent.maybe_done for intent in intents)
        try:
            receipts = await provider.upsert_tasks(batch, guidelines, maybe_sent=maybe_sent)
        except ProviderUnavailable as error:
            return [self._try_later(intent, error) for intent in intents]
        except ProviderRefused as error:
            if error.everything or len(intents) == 1:
                return [parked_outcome(intent, str(error)) for intent in intents]
            middle = len(intents) // 2
            first = await self._send(provider, intents[:middle], orders, guidelines)
            return first + await self._send(provider, intents[middle:], orders, guidelines)
        by_id = {receipt.external_id: receipt for receipt in receipts}
        return [self._outcome_of_receipt(intent, by_id.get(intent.external_id)) for intent in intents]

    def _outcome_of_receipt(self, intent: Intent, receipt: TaskReceipt | None) -> Outcome:
        if receipt is None:
            detail = "the provider's answer has no result for this task"
            return self._try_later(intent, ProviderUnavailable(detail, Fault.BAD_ANSWER))
        if receipt.error is not None:
            return parked_outcome(intent, receipt.error)
        return replace(outcome_of(intent, IntentState.DONE), task_ref=receipt.task_ref)

    async def _call_all(
        self, intents: Sequence[Intent], call: Callable[[Intent], Awaitable[None]]
    ) -> list[Outcome]:
        return list(await asyncio.gather(*(self._call_one(intent, call) for intent in intents)))

    async def _call_one(self, intent: Intent, call: Callable[[Intent], Awaitable[None]]) -> Outcome:
        try:
            await call(intent)
        except ProviderUnavailable as error:
            return self._try_later(intent, error)
        except ProviderRefused as error:
            return parked_outcome(intent, str(error))
        return outcome_of(intent, IntentState.DONE)

    def _try_later(self, intent: Intent, error: ProviderUnavailable) -> Outcome:
        if attempts_exhausted(intent.attempts):
            return parked_outcome(intent, f"given up after {intent.attempts} attempts: {error}")
        retry_after_s = error.retry_after.total_seconds() if error.retry_after else None
        wait = wait_s(intent.attempts, retry_after_s=retry_after_s, jitter=self.jitter())
        return outcome_of(intent, IntentState.PENDING, str(error), wait)


def outcome_of(intent: Intent, state: IntentState, error: str | None = None, wait: float = 0.0) -> Outcome:
    """Return the outcome of one attempt."""
    return Outcome(
        intent_id=intent.intent_id,
        external_id=intent.external_id,
        lease=intent.lease,
        state=state,
        error=error,
        wait_s=wait,
    )


def parked_outcome(intent: Intent, error: str) -> Outcome:
    """Return the outcome that makes an intent wait for an operator."""
    return outcome_of(intent, IntentState.PARKED, error)


def _with_prelabel(order: TaskOrder, guideline: Guideline) -> TaskOrder:
    """Return the order with the prediction that annotators may see at once, if there is one."""
    if guideline.prelabels != "shown":
        return order
    return replace(order, prelabel=prelabel_of(order.guess, guideline.schema, order.datum))
