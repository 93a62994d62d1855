"""Request bodies and answers about providers and their tasks."""

from typing import Annotated, Literal

from pydantic import AfterValidator, AnyHttpUrl, Field, SecretStr

from shoal.contracts.base import Name, Timestamp
from shoal.http.schemas import Answer
from shoal.inputs import Strict, with_examples
from shoal.security import check_webhook_secret
from shoal_gateway.domain.providers import ProviderConfig
from shoal_gateway.domain.tasks import Lane, TaskState
from shoal_gateway.usecases.reports import ProviderStatus, TaskStatus


def _without_nul(secret: SecretStr) -> SecretStr:
    if "\x00" in secret.get_secret_value():
        raise ValueError("holds the character NUL")
    return secret


def _check_usable(secret: SecretStr) -> SecretStr:
    check_webhook_secret(secret.get_secret_value())
    return secret


def _check_visible(key: SecretStr) -> SecretStr:
    if not all("!" <= character <= "~" for character in key.get_secret_value()):
        raise ValueError("must be of visible ASCII characters, because it is sent in an HTTP header")
    return key


def _check_plain(url: AnyHttpUrl) -> AnyHttpUrl:
    if url.username is not None or url.password is not None:
        raise ValueError("must hold no user name and password; send the key in api_key")
    if url.query is not None or url.fragment is not None:
        raise ValueError("must hold no query (?) and no fragment (#), because paths are appended to it")
    if len(str(url)) > MOST_URL:
        raise ValueError(f"must have at most {MOST_URL:,} characters")
    return url


MOST_URL = 2000
BaseUrl = Annotated[AnyHttpUrl, AfterValidator(_check_plain)]
Secret = Annotated[SecretStr, Field(min_length=1, max_length=2000), AfterValidator(_without_nul)]
_ACME = {
    "project": "newsdesk",
    "name": "acme",
    "kind": "generic",
    "base_url": "https://vendor.example/api",
    "has_api_key": True,
    "has_webhook_secret": True,
    "former_secret_until": None,
    "price_per_vote": 0.05,
    "default": True,
}


class ProviderIn(Strict):
    """A provider's configuration. A secret that is left out keeps its value."""

    model_config = with_examples(
        {"kind": "generic", "base_url": "https://vendor.example/api", "price_per_vote": 0.05, "default": True}
    )

    kind: Literal["generic", "inhouse"] = Field(
        default="generic",
        description="A vendor with the interface of docs/generic-vendor.md, or the in-house queue.",
    )
    base_url: BaseUrl | None = Field(
        default=None,
        description="Address of a generic vendor's interface, without user name, query and fragment. It must be "
        "public, unless SHOAL_VENDOR_NETWORKS allows its network.",
    )
    api_key: Annotated[Secret, AfterValidator(_check_visible)] | None = Field(
        default=None,
        description="Key that Shoal sends to the vendor as a bearer token; needed again with another base_url.",
    )
    webhook_secret: Annotated[Secret, AfterValidator(_check_usable)] | None = Field(
        default=None,
        description="Secret with which the vendor signs its webhooks: `whsec_` and the base64 of 24 to 64 bytes, or "
        "a text of that length.",
    )
    keep_webhook_secret_h: float | None = Field(
        default=None,
        ge=0,
        le=168,
        description="Hours for which the webhook secret before this one is still accepted: 24 after a change. 0 ends "
        "it at once, for example when others may know it.",
    )
    price_per_vote: float = Field(
        default=0.0, ge=0, le=1e6, description="Price of a vote, in the project's currency."
    )
    default: bool = Field(default=False, description="Whether jobs that name no provider go to this one.")


class ProviderAnswer(Answer):
    """A provider's configuration, without its secrets."""

    model_config = with_examples(_ACME)

    project: Name
    name: str
    kind: str
    base_url: str | None
    has_api_key: bool
    has_webhook_secret: bool
    former_secret_until: Timestamp | None = Field(
        default=None, description="Time until which the webhook secret before the present one is accepted."
    )
    price_per_vote: float
    default: bool

    @classmethod
    def of(cls, config: ProviderConfig) -> "ProviderAnswer":
        """Return the answer about a configuration."""
        return cls(
            project=config.project,
            name=config.name,
            kind=config.kind,
            base_url=config.base_url,
            has_api_key=config.api_key is not None,
            has_webhook_secret=config.webhook_secret is not None,
            former_secret_until=config.former_secret_until,
            price_per_vote=config.price_per_vote,
            default=config.is_default,
        )


class ConfiguredAnswer(ProviderAnswer):
    """A provider's new configuration."""

    model_config = with_examples({**_ACME, "sent_again": 0})

    sent_again: int = Field(description="Parked messages to the provider that are sent again.")


class ProvidersAnswer(Answer):
    """A project's providers; the in-house queue is always one of them."""

    model_config = with_examples({"providers": [_ACME]})

    providers: list[ProviderAnswer]


class ProviderStatusAnswer(Answer):
    """Tasks, votes, cost and failures at one provider."""

    provider: str
    tasks: dict[str, int] = Field(description="Tasks by state.")
    votes_wanted: int
    votes: int
    skips: int
    skips_by_reason: dict[str, int] = Field(description="Skips by code; `none` counts those without one.")
    cost: float
    intents_pending: int = Field(description="Messages that wait to be sent.")
    intents_parked: int = Field(description="Messages that the provider refused.")
    refused_annotations: int
    surplus_annotations: int = Field(
        description="Annotations beyond those requested: neither counted nor paid."
    )
    webhooks_parked: int = Field(description="Webhooks whose processing failed.")
    feed_failures: int = Field(description="Failed reads of the provider's feed in a row.")
    oldest_pending: Timestamp | None
    last_error: str | None

    @classmethod
    def of(cls, status: ProviderStatus) -> "ProviderStatusAnswer":
        """Return the answer about a provider."""
        return cls(
            provider=status.provider,
            tasks=status.tasks,
            votes_wanted=status.votes_wanted,
            votes=status.votes,
            skips=status.skips,
            skips_by_reason=status.skips_by_reason,
            cost=round(status.cost, 6),
            intents_pending=status.intents_pending,
            intents_parked=status.intents_parked,
            refused_annotations=status.refused_annotations,
            surplus_annotations=status.surplus_annotations,
            webhooks_parked=status.webhooks_parked,
            feed_failures=status.feed_failures,
            oldest_pending=status.oldest_pending,
            last_error=status.last_error,
        )


class QueueAnswer(Answer):
    """The providers that have had tasks."""

    model_config = with_examples(
        {
            "providers": [
                {
                    "provider": "acme",
                    "tasks": {"open": 12, "done": 40},
                    "votes_wanted": 104,
                    "votes": 91,
                    "skips": 2,
                    "skips_by_reason": {"unclear_rule": 2},
                    "cost": 4.55,
                    "intents_pending": 1,
                    "intents_parked": 0,
                    "refused_annotations": 0,
                    "surplus_annotations": 0,
                    "webhooks_parked": 0,
                    "feed_failures": 0,
                    "oldest_pending": "2026-01-31T12:00:00Z",
                    "last_error": "503 from the vendor",
                }
            ]
        }
    )

    providers: list[ProviderStatusAnswer]


class TaskStatusAnswer(Answer):
    """A job's task at one provider."""

    external_id: str
    provider: str
    lane: Lane
    attempt: int
    state: TaskState
    votes_wanted: int
    votes: int
    skips: int
    vendor_task_id: str | None
    error: str | None

    @classmethod
    def of(cls, status: TaskStatus) -> "TaskStatusAnswer":
        """Return the answer about a task."""
        task = status.task
        return cls(
            external_id=task.external_id,
            provider=task.provider,
            lane=task.lane,
            attempt=task.attempt,
            state=task.state,
            votes_wanted=task.votes,
            votes=task.answers,
            skips=task.skips,
            vendor_task_id=status.task_ref,
            error=status.error,
        )


class JobTasksAnswer(Answer):
    """A job's tasks."""

    model_config = with_examples(
        {
            "job_id": "j-1",
            "tasks": [
                {
                    "external_id": "6b0e6c64-4a43-5f0c-8d0b-5f8d8a7f9c01",
                    "provider": "acme",
                    "lane": "label",
                    "attempt": 1,
                    "state": "open",
                    "votes_wanted": 2,
                    "votes": 1,
                    "skips": 0,
                    "vendor_task_id": "v-17",
                    "error": "",
                }
            ],
        }
    )

    job_id: str
    tasks: list[TaskStatusAnswer]
