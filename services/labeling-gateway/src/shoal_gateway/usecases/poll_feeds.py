"""Read the feeds of providers, which are authoritative: they bring what webhooks miss."""

from datetime import timedelta

from shoal_gateway.domain.annotations import Annotation
from shoal_gateway.domain.providers import ProviderConfig
from shoal_gateway.usecases.errors import ProviderRefused, ProviderUnavailable
from shoal_gateway.usecases.ports import Clock, Cursors, Database, Provider, Providers
from shoal_gateway.usecases.record_annotations import RecordAnnotations
from shoal_gateway.usecases.watch import Watch

PAGE = 200
LEASE = timedelta(seconds=60)
HOOK_GRACE = timedelta(seconds=10)  # a webhook younger than this may still be on its way


class PollFeeds:
    """One replica at a time polls a provider; annotations and the cursor are stored in one transaction."""

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

    async def __call__(self) -> int:
        """Poll every provider that is due; return the number of new annotations."""
        count = 0
        for config in await self._cursors.due():
            try:
                count += await self._poll(config)
            except (ProviderUnavailable, ProviderRefused, TimeoutError) as error:
                self._watch.poll_failed(config, str(error))
        return count

    async def _poll(self, config: ProviderConfig) -> int:
        provider = self._providers.of(config)
        if not provider.capabilities.polls:
            return 0
        is_our_turn, cursor = await self._cursors.claim(config, self._clock(), self._interval, LEASE)
        count, more = 0, is_our_turn
        while more:
            fresh, cursor, more = await self._page(provider, config, cursor)
            count += fresh
        return count

    async def _page(
        self, provider: Provider, config: ProviderConfig, cursor: str | None
    ) -> tuple[int, str | None, bool]:
        page = await provider.poll(cursor, PAGE)
        async with self._database.transaction() as tx:
            fresh = await self._record(tx, config, page.items, "poll")
            await tx.feeds.save_cursor(config, page.cursor)
        self._watch.recorded(config, fresh, "poll")
        self._watch.missed_by_hook(config, sum(self._was_missed(config, item) for item in fresh))
        return len(fresh), page.cursor, page.more and page.cursor != cursor

    def _was_missed(self, config: ProviderConfig, item: Annotation) -> bool:
        return config.webhook_secret is not None and self._clock() - item.submitted_at > HOOK_GRACE
