"""The gateway's use cases wired to a real PostgreSQL, with a vendor that tests control."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from shoal.contracts.labels import GuidelineRef, LabelingJob, Purpose, VotesRequested
from shoal.contracts.samples import Content
from shoal_gateway.adapters.inhouse import InHouseQueue
from shoal_gateway.adapters.postgres.configs import PostgresConfigs
from shoal_gateway.adapters.postgres.guidelines import StoredGuidelines
from shoal_gateway.adapters.postgres.inbox import PostgresInbox
from shoal_gateway.adapters.postgres.ledger import PostgresLedger
from shoal_gateway.adapters.postgres.transactions.database import PostgresDatabase
from shoal_gateway.domain.annotations import Action, Annotation
from shoal_gateway.domain.guidelines import Guideline
from shoal_gateway.domain.providers import Capabilities, ProviderConfig
from shoal_gateway.domain.tasks import Prelabel, TaskOrder, TaskReceipt
from shoal_gateway.usecases.annotations.record_annotations import RecordAnnotations
from shoal_gateway.usecases.inhouse.annotate import Annotate
from shoal_gateway.usecases.jobs.create_jobs import CreateJobs
from shoal_gateway.usecases.jobs.erase_samples import EraseSamples
from shoal_gateway.usecases.jobs.request_votes import RequestVotes
from shoal_gateway.usecases.label_types import read_schema
from shoal_gateway.usecases.ports import Malformed, Provider
from shoal_gateway.usecases.providers.carry_out import CarryOut
from shoal_gateway.usecases.providers.dispatch import Dispatch
from shoal_gateway.usecases.providers.receive_webhook import DrainInbox
from shoal_gateway.usecases.watch import Watch

NOON = datetime.now(UTC) + timedelta(days=1)  # after the server's now(), when intents become due
LEASE = timedelta(minutes=15)
INTENT_LEASE = timedelta(minutes=2)
CROWD = ProviderConfig(project="news", name="crowd", kind="crowd", price_per_vote=0.1, is_default=True)
GUIDELINE = Guideline(
    project="news",
    major=1,
    minor=0,
    title="",
    text="",
    schema=read_schema({"kind": "single_choice", "classes": [{"name": "x"}, {"name": "y"}]}),
)


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, time: timedelta) -> None:
        self.now += time


class Crowd:
    """A vendor that records its calls; `failure`, if set, is raised after a call was recorded."""

    def __init__(self, *, replaces_skips: bool = True) -> None:
        self.capabilities = Capabilities(
            polls=True,
            webhooks=True,
            extends_overlap=True,
            shows_predictions=True,
            cancels=True,
            replaces_skips=replaces_skips,
            max_batch=50,
        )
        self.calls: list[tuple[str, str, int]] = []
        self.repeats: list[bool] = []
        self.failure: BaseException | None = None

    async def upsert_tasks(
        self, orders: Sequence[TaskOrder], guidelines: Mapping[int, Guideline], *, maybe_sent: bool
    ) -> Sequence[TaskReceipt]:
        self.calls += [("upsert", order.external_id, order.votes) for order in orders]
        self.repeats.append(maybe_sent)
        self._fail()
        return [TaskReceipt(order.external_id, f"ref-{order.external_id}") for order in orders]

    async def extend_overlap(self, external_id: str, votes: int) -> None:
        self.calls.append(("extend", external_id, votes))
        self._fail()

    async def cancel(self, external_id: str) -> None:
        self.calls.append(("cancel", external_id, 0))
        self._fail()

    async def attach_prediction(self, external_id: str, prelabel: Prelabel) -> None:
        self.calls.append(("predict", external_id, 0))

    def _fail(self) -> None:
        if self.failure is not None:
            raise self.failure


class Quiet:
    """A watch that ignores everything."""

    def __getattr__(self, name: str) -> Any:
        return lambda *_, **__: None


class Gateway:
    """One replica over a pool; several may share the database."""

    def __init__(
        self, pool: Any, lookups: Any, clock: Clock, crowd: Crowd, *, watch: Watch | None = None
    ) -> None:
        watch = self.watch = watch or Quiet()
        self.pool, self.clock, self.crowd = pool, clock, crowd
        self.database, self.ledger, self.configs = (
            PostgresDatabase(pool, clock),
            PostgresLedger(pool),
            PostgresConfigs(lookups),
        )
        self.guidelines = StoredGuidelines(lookups)
        self.guidelines.announce(GUIDELINE)
        self._in_house = InHouseQueue(lookups)
        self.record = RecordAnnotations(self.guidelines, self, watch)
        self.requests = RequestVotes(self.database, self.configs, self, lambda: None)
        self.create = CreateJobs(
            database=self.database,
            configs=self.configs,
            providers=self,
            requests=self.requests,
            wake=lambda: None,
        )
        self.erase = EraseSamples(self.database, lambda: None)
        self.annotate = Annotate(
            database=self.database,
            configs=self.configs,
            record=self.record,
            watch=watch,
            clock=clock,
            lease_length=LEASE,
        )
        self.inbox = PostgresInbox(pool, clock)
        self._drain = DrainInbox(self.inbox, self.configs, self.record, watch)
        carry_out = CarryOut(self.guidelines, lambda: 0.0)
        self._dispatch = Dispatch(
            ledger=self.ledger,
            configs=self.configs,
            providers=self,
            carry_out=carry_out,
            watch=watch,
            clock=clock,
            lease=INTENT_LEASE,
        )

    def of(self, config: ProviderConfig) -> Provider:
        """Return the adapter for a configuration, as a registry does."""
        return self._in_house if config.kind == "inhouse" else self.crowd  # type: ignore[return-value]

    async def take_in(self, *found: Annotation | Malformed) -> list[Annotation]:
        """Record items of the crowd's feed, in one transaction."""
        async with self.database.transaction() as tx:
            fresh = await self.record(tx, CROWD, found, "poll")
        self.watch.recorded(CROWD, fresh, "poll")
        return [item.annotation for item in fresh]

    async def drain(self) -> int:
        """Process waiting webhooks; return their number."""
        count = 0
        for lane in await self._drain.due():
            while await self._drain(lane):
                count += 1
        return count

    async def dispatch(self) -> int:
        """Attempt intents of every backlog once; return their number."""
        return sum([await self._dispatch(backlog) for backlog in await self._dispatch.due()])

    async def send_all(self) -> None:
        """Carry out intents until none is due."""
        while await self.dispatch():
            pass

    async def rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """Return the rows of a query."""
        return [tuple(row) for row in await self.pool.fetch(sql, *values)]

    async def task_of(self, job_id: str, attempt: int = 1) -> str:
        """Return the id of a job's task in the label lane."""
        found = await self.rows(
            "SELECT external_id FROM tasks WHERE job_id = $1 AND attempt = $2 AND lane = 'label'",
            job_id,
            attempt,
        )
        return str(found[0][0])


def job(
    number: int,
    *,
    votes: int = 2,
    max_votes: int = 3,
    provider: str | None = "crowd",
    campaign: str | None = None,
    purpose: Purpose = "label",
) -> LabelingJob:
    """Return job number `number`, about sample number `number`."""
    return LabelingJob(
        project="news",
        job_id=f"j{number}",
        sample_id=f"s{number}",
        purpose=purpose,
        guideline=GuidelineRef(major=1, minor=0),
        content=Content(text=f"text {number}"),
        votes=votes,
        max_votes=max_votes,
        provider=provider,
        campaign=campaign,
        requested_at=NOON,
    )


def request(number: int, action: Any, round_: int, votes: int = 0) -> VotesRequested:
    """Return a request of qa about job number `number`."""
    return VotesRequested(
        project="news",
        job_id=f"j{number}",
        sample_id=f"s{number}",
        action=action,
        votes=votes,
        round=round_,
        reason="test",
        requested_at=NOON,
    )


def answer(
    task: str, who: str, label: str | None, revision: int = 1, action: Action | None = None
) -> Annotation:
    """Return a revision of `who`'s answer to a task; without a label it is a deletion or a skip."""
    meant = action or ("deleted" if label is None else "submitted" if revision == 1 else "updated")
    return Annotation(
        external_id=task,
        annotation_id=f"{who}@{task}",
        revision=revision,
        action=meant,
        annotator=who,
        label=label,
        reason="",
        submitted_at=NOON + timedelta(seconds=revision),
    )
