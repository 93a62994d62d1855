"""Read the feeds of providers, which are authoritative: they bring what webhooks miss."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from functools import partial

from shoal_gateway.domain.annotations import Annotation
from shoal_gateway.domain.providers import ProviderConfig
from shoal_gateway.domain.retrying import wait_s
from shoal_gateway.usecases.annotations.record_annotations import RecordAnnotations
from shoal_gateway.usecases.errors import ProviderRefused, ProviderUnavailable
from shoal_gateway.usecases.ports import Clock, Cursors, Database, Providers
from shoal_gateway.usecases.providers.guarded_provider import GuardedProvider
from shoal_gateway.usecases.watch import Watch

PAGE = 200
MOST_PAGES = 10  # in one turn: a feed that never ends waits for its next turn
LEASE = timedelta(seconds=60)
TURN_S = 45.0  # within the lease
LONGEST_WAIT_S = 60.0
HOOK_GRACE = timedelta(seconds=10)  # a webhook younger than this may still be on its way


class PollFeeds:
    """Takes turns at one provider's feed; annotations and the cursor are stored in one transaction.

    One replica at a time polls a provider. A feed that cannot be read is tried again after growing waits.
    """

    def __init__(
        self,
        *,
        database: Database,
        cursors: Cursors,
        providers: Providers,
        record: RecordAnnotations,
        watch: Watch,
        clock: Clock,
        interval: timedelta,
    ) -> None:
        self._database = database
        self._cursors = cursors
        self._providers = providers
        self._record = record
        self._watch = watch
        self._clock = clock
        self._interval = interval

    async def due(self) -> Sequence[ProviderConfig]:
        """Return the providers whose feed may be read now."""
        return await self._cursors.due(self._clock())

    async def __call__(self, config: ProviderConfig) -> int:
        """Take a turn at a provider's feed; return 0, because the next turn is later."""
        is_our_turn, cursor, failures = await self._cursors.claim(
            config, self._clock(), self._interval, LEASE
        )
        if is_our_turn:
            try:
                await self._read_pages(config, cursor)
            except (ProviderUnavailable, ProviderRefused) as error:
                await self._note_failure(config, str(error), failures + 1)
            except Exception as error:
                await self._note_failure(config, f"failed with {type(error).__name__}", failures + 1)
                raise
        return 0

    def lane_failed(self, config: ProviderConfig, error: Exception) -> None:
        """Report an error that is not the provider's answer, for example because PostgreSQL is away."""
        self._watch.lane_failed(*config.key, lane="poll", error=error)

    async def _note_failure(self, config: ProviderConfig, detail: str, failures: int) -> None:
        self._watch.poll_failed(config, detail)
        wait = min(LONGEST_WAIT_S, wait_s(failures, retry_after_s=None, jitter=1.0))
        longer = max(timedelta(seconds=wait), self._interval)
        await self._cursors.note_failure(config, detail, self._clock() + longer)

    async def _read_pages(self, config: ProviderConfig, cursor: str | None) -> None:
        provider = self._providers.of(config)
        if not provider.capabilities.polls:
            return
        deadline = asyncio.get_running_loop().time() + TURN_S
        guarded = GuardedProvider(provider, deadline, partial(self._watch.called, config.key))
        more, pages = True, 0
        while more and pages < MOST_PAGES:
            cursor, more = await self._page(guarded, config, cursor)
            pages += 1

    async def _page(
        self, provider: GuardedProvider, config: ProviderConfig, cursor: str | None
    ) -> tuple[str | None, bool]:
        page = await provider.poll(cursor, PAGE)
        async with self._database.transaction() as tx:
            fresh = await self._record.isolate(tx, config, page.items, "poll")
            await tx.feeds.save_cursor(config, page.cursor)
        self._watch.recorded(config, fresh, "poll")
        self._watch.missed_by_hook(config, sum(self._was_missed(config, item.annotation) for item in fresh))
        return page.cursor, page.more and page.cursor != cursor

    def _was_missed(self, config: ProviderConfig, item: Annotation) -> bool:
        return config.webhook_secret is not None and self._clock() - item.submitted_at > HOOK_GRACE
