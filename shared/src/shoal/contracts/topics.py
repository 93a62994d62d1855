"""The registry of topics, from which their creation, access rules, manifests and AsyncAPI are derived."""

from dataclasses import dataclass, field
from typing import Literal, get_args

from shoal.contracts.base import Event
from shoal.contracts.labels import AnnotationSubmitted, LabelAccepted, LabelingJob, VotesRequested
from shoal.contracts.projects import ProjectChanged
from shoal.contracts.providers import ProvidersChanged
from shoal.contracts.quality import DatasetPublished, GuidelinePublished, QualityMeasured
from shoal.contracts.samples import (
    InferenceHalf,
    SampleEmbedded,
    SampleErased,
    SampleIngested,
    SampleReferenced,
)
from shoal.contracts.selections import CampaignChanged, SamplingDecided

Service = Literal["ingest", "embedder", "sampler", "labeling-gateway", "qa"]
DAY = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """One topic.

    `groups` are its consumer groups; `readers` read it completely, without a group. A group is named for its
    service, or for the service and its work (`group_service`). `partitions` is the upper limit of replicas
    that share the work of a group.
    """

    name: str
    events: tuple[type[Event], ...]
    encoding: Literal["msgpack", "json"]
    partitions: int
    retention_hours: int
    producers: tuple[Service, ...]
    groups: tuple[str, ...] = ()
    readers: tuple[Service, ...] = ()
    compacted: bool = False
    summary: str = field(default="", compare=False)

    @property
    def key(self) -> str:
        """Return the name of the field that is the Kafka key, after "project/" if users choose its values."""
        return self.events[0].KEY

    @property
    def dead_letters(self) -> tuple[str, ...]:
        """Return the dead-letter topic of each consumer group."""
        return tuple(dead_letter_topic(self.name, group) for group in self.groups)


def dead_letter_topic(topic: str, group: str) -> str:
    """Return the name of the topic for records of `topic` that `group` could not process."""
    return f"{topic}.{group}.dlq"


def group_service(group: str) -> Service:
    """Return the service that a consumer group belongs to."""
    return next(name for name in get_args(Service) if group == name or group.startswith(f"{name}-"))


def known_reason(reason: str) -> str:
    """Return a reason of dead letters as metrics show it: one of a fixed set."""
    return reason if reason in DEAD_LETTER_REASONS else OTHER_REASON


DEAD_LETTER_RETENTION_HOURS = 30 * DAY
DEAD_LETTER_REASONS = (
    *("envelope_invalid", "type_unknown", "value_unreadable", "event_invalid", "timestamp_invalid"),
    *("handler_error", "consumer_error", "summarised"),
    *("bad_vector", "no_encoder", "media_unreadable", "wrong_dimension", "other_content"),
    *("payload_unreadable", "other_project"),
    *("unknown_provider", "unknown_job", "unknown_guideline", "wrong_guideline", "unknown_label"),
    "wrong_answer",
)
"""Why a record becomes a dead letter (docs/dead-letters.md)."""
OTHER_REASON = "other"
"""Every further reason, as that of a service of another release."""
DATA_PARTITIONS = 6  # of every topic with a consumer group, so that all replicas of a service get work
CONTROL_PARTITIONS = 3

INFERENCE_RECEIVED = Topic(
    name="inference.received",
    events=(InferenceHalf,),
    encoding="msgpack",
    partitions=DATA_PARTITIONS,
    retention_hours=1 * DAY,
    producers=("ingest",),
    groups=("ingest-joiner",),
    summary="Requests and responses that arrive separately, before they are joined.",
)
SAMPLES_REFERENCED = Topic(
    name="samples.referenced",
    events=(SampleReferenced,),
    encoding="msgpack",
    partitions=DATA_PARTITIONS,
    retention_hours=7 * DAY,
    producers=("ingest",),
    groups=("ingest-fetcher",),
    summary="Samples whose image ingest has yet to read from its address.",
)
SAMPLES_INGESTED = Topic(
    name="samples.ingested",
    events=(SampleIngested,),
    encoding="msgpack",
    partitions=DATA_PARTITIONS,
    retention_hours=7 * DAY,
    producers=("ingest",),
    groups=("embedder",),
    summary="Samples with the prediction of a production model.",
)
SAMPLES_BOXED = Topic(
    name="samples.boxed",
    events=(SampleIngested,),
    encoding="msgpack",
    partitions=DATA_PARTITIONS,
    retention_hours=7 * DAY,
    producers=("ingest",),
    groups=("embedder-crops",),
    summary="Samples whose predicted boxes become crops. They take longer, so others do not wait behind them.",
)
SAMPLES_EMBEDDED = Topic(
    name="samples.embedded",
    events=(SampleEmbedded,),
    encoding="msgpack",
    partitions=DATA_PARTITIONS,
    retention_hours=7 * DAY,
    producers=("embedder",),
    groups=("sampler",),
    readers=("embedder",),
    summary="Samples whose vector is searchable.",
)
SAMPLES_ERASED = Topic(
    name="samples.erased",
    events=(SampleErased,),
    encoding="json",
    partitions=DATA_PARTITIONS,
    retention_hours=30 * DAY,
    producers=("ingest", "sampler"),  # the sampler: of the crops of erased samples
    groups=("embedder", "sampler", "labeling-gateway", "qa"),
    readers=("embedder",),
    compacted=True,
    summary="Samples to erase.",
)
PROJECTS_CHANGED = Topic(
    name="projects.changed",
    events=(ProjectChanged,),
    encoding="json",
    partitions=1,
    retention_hours=30 * DAY,
    producers=("ingest",),
    readers=("ingest", "embedder", "sampler", "labeling-gateway", "qa"),
    compacted=True,
    summary="Every project with its encoders and the hashes of its API keys.",
)
PROVIDERS_CHANGED = Topic(
    name="providers.changed",
    events=(ProvidersChanged,),
    encoding="json",
    partitions=1,
    retention_hours=30 * DAY,
    producers=("labeling-gateway",),
    readers=("sampler",),
    compacted=True,
    summary="The configured providers of every project.",
)
CAMPAIGNS_CHANGED = Topic(
    name="campaigns.changed",
    events=(CampaignChanged,),
    encoding="json",
    partitions=1,
    retention_hours=30 * DAY,
    producers=("sampler",),
    readers=("sampler",),
    compacted=True,
    summary="The present state of every campaign.",
)
SAMPLING_DECISIONS = Topic(
    name="sampling.decisions",
    events=(SamplingDecided,),
    encoding="msgpack",
    partitions=DATA_PARTITIONS,
    retention_hours=30 * DAY,
    producers=("sampler",),
    groups=("qa",),
    summary="Which policies would have taken a sample, with their probabilities.",
)
LABELING_JOBS = Topic(
    name="labeling.jobs",
    events=(LabelingJob,),
    encoding="json",
    partitions=DATA_PARTITIONS,
    retention_hours=30 * DAY,
    producers=("sampler", "qa"),
    groups=("labeling-gateway", "qa"),
    summary="Samples that need a label.",
)
VOTES_REQUESTED = Topic(
    name="votes.requested",
    events=(VotesRequested,),
    encoding="json",
    partitions=DATA_PARTITIONS,
    retention_hours=30 * DAY,
    producers=("qa",),
    groups=("labeling-gateway",),
    summary="One more vote, a review, or no more votes.",
)
LABELS_SUBMITTED = Topic(
    name="labels.submitted",
    events=(AnnotationSubmitted,),
    encoding="json",
    partitions=DATA_PARTITIONS,
    retention_hours=30 * DAY,
    producers=("labeling-gateway",),
    groups=("qa",),
    summary="Annotations, by revision.",
)
LABELS_ACCEPTED = Topic(
    name="labels.accepted",
    events=(LabelAccepted,),
    encoding="json",
    partitions=DATA_PARTITIONS,
    retention_hours=30 * DAY,
    producers=("qa",),
    groups=("sampler",),
    compacted=True,
    summary="Accepted labels, by revision.",
)
QUALITY_METRICS = Topic(
    name="quality.metrics",
    events=(QualityMeasured,),
    encoding="json",
    partitions=CONTROL_PARTITIONS,
    retention_hours=30 * DAY,
    producers=("qa",),
    summary="Measured quality of labels and annotators.",
)
GUIDELINES_PUBLISHED = Topic(
    name="guidelines.published",
    events=(GuidelinePublished,),
    encoding="json",
    partitions=1,
    retention_hours=30 * DAY,
    producers=("qa",),
    readers=("labeling-gateway", "sampler"),
    compacted=True,
    summary="The current guideline of every project.",
)
DATASETS_PUBLISHED = Topic(
    name="datasets.published",
    events=(DatasetPublished,),
    encoding="json",
    partitions=1,
    retention_hours=30 * DAY,
    producers=("qa",),
    compacted=True,
    summary="Dataset versions that training systems may use.",
)

TOPICS: dict[str, Topic] = {
    topic.name: topic
    for topic in (
        PROJECTS_CHANGED,
        PROVIDERS_CHANGED,
        INFERENCE_RECEIVED,
        SAMPLES_REFERENCED,
        SAMPLES_INGESTED,
        SAMPLES_BOXED,
        SAMPLES_EMBEDDED,
        SAMPLES_ERASED,
        CAMPAIGNS_CHANGED,
        SAMPLING_DECISIONS,
        LABELING_JOBS,
        VOTES_REQUESTED,
        LABELS_SUBMITTED,
        LABELS_ACCEPTED,
        QUALITY_METRICS,
        GUIDELINES_PUBLISHED,
        DATASETS_PUBLISHED,
    )
}
"""Every topic by name."""
