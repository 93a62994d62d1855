"""What the use cases need from outside; adapters implement these."""

from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from shoal.contracts.labels import AnnotationSubmitted
from shoal_gateway.domain.annotations import Annotation
from shoal_gateway.domain.guidelines import Guideline
from shoal_gateway.domain.intents import Intent, IntentKind, Outcome
from shoal_gateway.domain.jobs import Job, Task
from shoal_gateway.domain.leases import Assignment, Place
from shoal_gateway.domain.providers import Capabilities, ProviderConfig
from shoal_gateway.domain.tasks import Guess, Lane, TaskOrder, TaskReceipt, TaskState
from shoal_gateway.domain.votes import Request, Wanted

Clock = Callable[[], datetime]
Wake = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Malformed:
    """One annotation that cannot be read: where it stood, and what is wrong with which field."""

    index: int
    field: str
    detail: str
    external_id: str = ""
    annotation_id: str = ""
    revision: int = 0


Found = Annotation | Malformed


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a provider's feed. Reading again from `cursor` gives what is newer."""

    items: Sequence[Found]
    cursor: str | None
    more: bool


class Provider(Protocol):
    """One who labels. Every call that changes something is idempotent by external id.

    Calls raise ProviderUnavailable (the outcome is unknown) or ProviderRefused (a final no).
    """

    @property
    def capabilities(self) -> Capabilities:
        """What this provider can do."""

    async def upsert_tasks(
        self, orders: Sequence[TaskOrder], guidelines: Mapping[int, Guideline], *, maybe_sent: bool
    ) -> Sequence[TaskReceipt]:
        """Make the tasks that are not there yet; one receipt per order. `guidelines` is by major number.

        `maybe_sent` says that an earlier call with these orders may have arrived: an adapter whose vendor
        would make a second task looks them up by external id first.
        """

    async def attach_prediction(self, external_id: str, guess: Guess) -> None:
        """Show a model's guess beside the task."""

    async def poll(self, cursor: str | None, limit: int) -> Page:
        """Return annotations since `cursor` (None: all), oldest first."""

    def parse_webhook(self, headers: Mapping[str, str], raw_body: bytes, now: datetime) -> Sequence[Found]:
        """Return the annotations of a webhook whose signature and time are right. Raises Refused."""

    async def extend_overlap(self, external_id: str, votes: int) -> None:
        """Ask for `votes` answers in total."""

    async def cancel(self, external_id: str) -> None:
        """Ask for no more answers and have the content forgotten; an unknown task is as good as cancelled."""


class Providers(Protocol):
    """Providers by project and name."""

    def of(self, config: ProviderConfig) -> Provider:
        """Return the adapter for a configuration. Raises ProviderRefused when it is unusable."""


class ProviderConfigs(Protocol):
    """Where the configurations are kept."""

    async def get(self, project: str, name: str) -> ProviderConfig | None:
        """Return one configuration; the own queue is always there."""

    async def of_project(self, project: str) -> Sequence[ProviderConfig]:
        """Return all that the project configured."""

    async def put(self, config: ProviderConfig) -> int:
        """Keep a configuration; what was parked at this provider goes out again: return how much."""


class Guidelines(Protocol):
    """Every guideline that was ever announced."""

    async def current(self, project: str) -> Guideline | None:
        """Return the newest version, or None."""

    async def get(self, project: str, major: int) -> Guideline | None:
        """Return the newest version of a major number, or None."""


class Transaction(Protocol):
    """Everything that happens together or not at all."""

    async def known_erased(self, samples: Collection[tuple[str, str]]) -> set[tuple[str, str]]:
        """Return which of the (project, sample id) were erased; no erasure of theirs begins before our end."""

    async def insert_jobs(self, jobs: Sequence[Job]) -> None:
        """Add the jobs that are not there."""

    async def lock_jobs(self, job_ids: Collection[str]) -> dict[str, Job]:
        """Return the jobs that are there, locked, by id."""

    async def save_wanted(self, job_id: str, wanted: Wanted) -> None:
        """Keep a job's demand."""

    async def save_guess(self, job_id: str, guess: Guess) -> None:
        """Keep a prediction that came with a later copy of the job."""

    async def erase_samples(self, samples: Collection[tuple[str, str]]) -> Sequence[str]:
        """Blank the contents of (project, sample id) everywhere, remember it and return the ids of their jobs.

        Waits for transactions that asked known_erased in these projects: their jobs must be found.
        """

    async def tasks_of(self, job_ids: Collection[str]) -> dict[str, list[Task]]:
        """Return the tasks by job id, by lane and attempt, locked; after lock_jobs."""

    async def add_task(self, task: Task) -> None:
        """Add a task unless it is there."""

    async def set_votes(self, external_id: str, votes: int) -> None:
        """Set the votes that a task wants."""

    async def move_task(self, external_id: str, to: TaskState, error: str | None = None) -> None:
        """Move a task where the state machine allows it."""

    async def add_intent(self, task: Task, kind: IntentKind, *, total: int, priority: int) -> None:
        """Write an intent down unless it is there."""

    async def park_requests(self, requests: Sequence[tuple[str, Request]]) -> None:
        """Keep requests by job id until they are applied."""

    async def waiting_requests(self, job_ids: Collection[str]) -> Sequence[tuple[str, Request]]:
        """Return requests not applied yet, in order of rounds."""

    async def mark_applied(self, requests: Sequence[tuple[str, Request]]) -> None:
        """Remember that requests were applied."""

    async def lock_tasks(self, external_ids: Collection[str]) -> dict[str, tuple[Task, Job]]:
        """Return the tasks that are there with their jobs, both locked."""

    async def find_tasks(self, external_ids: Collection[str]) -> dict[str, tuple[Task, Job]]:
        """Return the tasks that are there with their jobs."""

    async def insert_annotations(
        self, config: ProviderConfig, annotations: Sequence[tuple[Annotation, float]], found_by: str
    ) -> set[tuple[str, int]]:
        """Add (annotation, price) not known yet and return their keys."""

    async def refuse_annotations(
        self, config: ProviderConfig, refused: Iterable[tuple[Found, str, str]]
    ) -> None:
        """Keep (what, reason, detail) once, for people to look at."""

    async def recount(self, external_ids: Collection[str]) -> dict[str, tuple[int, int]]:
        """Count each task's standing answers and skips from its revisions, keep and return them."""

    async def publish(self, events: Sequence[tuple[AnnotationSubmitted, str]]) -> None:
        """Put (event, event id) into the outbox."""

    async def save_cursor(self, config: ProviderConfig, cursor: str | None) -> None:
        """Keep how far a provider's feed was read."""

    async def next_order(self, project: str, lane: Lane, annotator: str, now: datetime) -> TaskOrder | None:
        """Return a task of the own queue that `annotator` may have (may_lease), locked, or None."""

    async def place(self, external_id: str) -> tuple[TaskOrder, Place] | None:
        """Return one task of the own queue, locked, or None."""

    async def assign(self, order: TaskOrder, assignment: Assignment, revision: int | None = None) -> None:
        """Keep an annotator's hold on a task of the own queue, with the latest revision of their answer."""

    async def revision_of(self, external_id: str, annotator: str) -> int:
        """Return the latest revision of an annotator's answer in the own queue; 0 when there is none."""

    async def latest_annotation(self, project: str, provider: str, annotation_id: str) -> Annotation | None:
        """Return an annotation's latest revision."""


class Database(Protocol):
    """Transactions."""

    def transaction(self) -> AbstractAsyncContextManager[Transaction]:
        """Commit when the block ends, roll back when it raises."""

    async def waiting_jobs(self, limit: int) -> Sequence[str]:
        """Return ids of jobs that are here and have requests not applied."""


class Ledger(Protocol):
    """Intents, claimed by one worker at a time."""

    async def lanes(self, now: datetime) -> Sequence[tuple[str, str, IntentKind]]:
        """Return the (project, provider, kind) that have something to do now."""

    async def claim(
        self, lane: tuple[str, str, IntentKind], limit: int, now: datetime, lease: timedelta
    ) -> Sequence[Intent]:
        """Claim intents whose task has no earlier one unfinished; a claim runs out after `lease`."""

    async def orders(self, external_ids: Collection[str]) -> dict[str, tuple[TaskOrder, TaskState]]:
        """Return what is to be sent, as it stands now; tasks without content are left out."""

    async def record(self, outcomes: Sequence[Outcome], now: datetime) -> None:
        """Keep how attempts ended, and move their tasks accordingly."""


class Cursors(Protocol):
    """Who polls which provider, and from where."""

    async def claim(
        self, config: ProviderConfig, now: datetime, interval: timedelta, lease: timedelta
    ) -> tuple[bool, str | None]:
        """Tell whether it is this replica's turn to poll, and the cursor."""

    async def due(self) -> Sequence[ProviderConfig]:
        """Return every provider that has had a task."""


class Inbox(Protocol):
    """Webhooks that were answered and not worked on yet."""

    async def keep(self, config: ProviderConfig, webhook_id: str, annotations: Sequence[Annotation]) -> None:
        """Keep a webhook once."""

    async def drain(
        self, work: Callable[[Transaction, str, str, Sequence[Annotation]], Awaitable[None]]
    ) -> bool:
        """Work on one webhook in a transaction; False when there is none."""
