"""A provider's webhook: verify, parse, check, store and answer; the annotations are recorded afterwards."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shoal.runtime.refusal import Kind, Refused
from shoal_gateway.domain.annotations import Annotation
from shoal_gateway.domain.label_schema import AnswerProblem
from shoal_gateway.domain.providers import ProviderConfig
from shoal_gateway.domain.routing import IN_HOUSE
from shoal_gateway.usecases.annotations.checks import CheckResult
from shoal_gateway.usecases.annotations.record_annotations import RecordAnnotations
from shoal_gateway.usecases.errors import title_of
from shoal_gateway.usecases.ports import (
    Clock,
    Database,
    Inbox,
    ProviderConfigs,
    Providers,
    ReceivedItem,
    Transaction,
    Wake,
)
from shoal_gateway.usecases.ports.inbox import Lane
from shoal_gateway.usecases.watch import Watch

UNKNOWN = ProviderConfig(project="", name="", kind="generic", base_url="http://vendor.invalid")
"""Stands for an unknown provider: without a secret, it gives the same answer as any other."""
KINDS: dict[str, Kind] = {"unknown_task": "unknown", "malformed": "malformed", "sample_erased": "gone"}


@dataclass(frozen=True, slots=True)
class Receipt:
    """The number of annotations stored, and those refused as (index, kind of refusal, problem)."""

    accepted: int
    refused: list[tuple[int, Kind, AnswerProblem]]


class ReceiveWebhook:
    """Receives a webhook with one indexed look-up and one insert."""

    def __init__(
        self,
        *,
        database: Database,
        inbox: Inbox,
        configs: ProviderConfigs,
        providers: Providers,
        record: RecordAnnotations,
        watch: Watch,
        clock: Clock,
        wake: Wake,
    ) -> None:
        self._database = database
        self._inbox = inbox
        self._configs = configs
        self._providers = providers
        self._record = record
        self._watch = watch
        self._clock = clock
        self._wake = wake

    async def __call__(
        self, project: str, name: str, *, webhook_id: str, headers: Mapping[str, str], raw_body: bytes
    ) -> Receipt:
        """Store the valid annotations.

        Raises Refused if the signature is wrong (for an unknown provider it always is), the body cannot be
        parsed, or no annotation is valid.
        """
        config = UNKNOWN
        try:
            config = await self._configs.get(project, name) or UNKNOWN
            receipt, outcome = await self._receive(config, webhook_id, headers, raw_body)
        except Refused as refusal:
            self._watch.webhook(config, _outcome_of(config, refusal))
            raise
        except Exception:
            self._watch.webhook(config, "failed")
            raise
        self._watch.webhook(config, outcome)
        return receipt

    async def _receive(
        self, config: ProviderConfig, webhook_id: str, headers: Mapping[str, str], raw_body: bytes
    ) -> tuple[Receipt, str]:
        items = self._providers.of(config).parse_webhook(headers, raw_body, self._clock())
        checked = await self._check(config, items)
        self._watch.refused(config, [problem for _, _, problem in checked.bad])
        refused = [(index, _refusal_kind(problem), problem) for index, _, problem in checked.bad]
        if not checked.good:
            raise _nothing_kept(refused)
        is_new = await self._inbox.keep(config, webhook_id, checked.good)
        self._wake()
        return Receipt(len(checked.good), refused), "accepted" if is_new else "repeated"

    async def _check(self, config: ProviderConfig, items: Sequence[ReceivedItem]) -> CheckResult:
        async with self._database.transaction() as tx:
            tasks = await tx.tasks.find(config.project, {item.external_id for item in items})
        return await self._record.check(config, items, tasks)


class DrainInbox:
    """Records the annotations of stored webhooks; safe to interrupt anywhere."""

    def __init__(
        self, inbox: Inbox, configs: ProviderConfigs, record: RecordAnnotations, watch: Watch
    ) -> None:
        self._inbox = inbox
        self._configs = configs
        self._record = record
        self._watch = watch

    async def due(self) -> Sequence[Lane]:
        """Return the (project, provider) of webhooks that wait."""
        return await self._inbox.due()

    async def __call__(self, lane: Lane) -> int:
        """Process one webhook of a provider; return 0 if none is due."""
        return int(await self._inbox.drain(lane, self._work))

    def lane_failed(self, lane: Lane, error: Exception) -> None:
        """Report a webhook that was neither processed nor set aside, as when PostgreSQL is away."""
        self._watch.lane_failed(*lane, lane="webhooks", error=error)

    async def _work(self, tx: Transaction, project: str, name: str, items: Sequence[Annotation]) -> None:
        config = await self._configs.get(project, name)
        if config is not None:
            fresh = await self._record.isolate(tx, config, items, "hook")
            self._watch.recorded(config, fresh, "hook")


def _refusal_kind(problem: AnswerProblem) -> Kind:
    return KINDS.get(problem.reason, "invalid")


class NothingStored(Refused):
    """A webhook of which no annotation is valid."""


def _nothing_kept(refused: Sequence[tuple[int, Kind, AnswerProblem]]) -> NothingStored:
    index, kind, problem = refused[0]
    field = f"data.annotations[{index}].{problem.field}"
    return NothingStored(kind, problem.detail, field=field, fix=problem.fix, title=title_of(problem.reason))


def _outcome_of(config: ProviderConfig, refusal: Refused) -> str:
    if config is UNKNOWN or config.kind == IN_HOUSE:
        return "unknown_provider"
    if isinstance(refusal, NothingStored):
        return "refused_annotations"
    return "refused_signature" if refusal.field.startswith("webhook-") else "refused_body"
