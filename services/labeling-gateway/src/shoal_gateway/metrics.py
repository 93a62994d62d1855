"""The metrics of the labeling gateway."""

from typing import get_args

from shoal.observability.declaring import (
    STAGE_BUCKETS,
    declare_counter,
    declare_gauge,
    declare_histogram,
)
from shoal_gateway.domain.annotations import Action, FoundBy
from shoal_gateway.domain.faults import Fault
from shoal_gateway.domain.intents import IntentKind, IntentState
from shoal_gateway.domain.label_schema import Reason
from shoal_gateway.domain.skips import SkipCode
from shoal_gateway.domain.tasks import Lane, TaskState

NO_CODE = "none"
CALLS = (*IntentKind, "poll")
WEBHOOK_OUTCOMES = (
    *("accepted", "repeated", "refused_signature", "refused_body", "refused_annotations"),
    *("unknown_provider", "failed"),
)
FAILING_LANES = (*CALLS, "webhooks")
LANE_LOOPS = ("dispatch", "inbox", "poll")
LANES = tuple(Lane)
STATES = tuple(TaskState)
_OF_PROVIDER = {"project": None, "provider": None}
_OF_CAMPAIGN = {**_OF_PROVIDER, "campaign": None}

# annotations
ANNOTATIONS = declare_counter(
    "shoal_gateway_annotations_total",
    "Revisions of annotations that were stored and count: action=submitted are new votes and reviews; found_by "
    "says whether the vendor's feed, its webhook or the annotator's page brought them",
    {**_OF_CAMPAIGN, "action": get_args(Action), "found_by": get_args(FoundBy)},
)
ANNOTATION_SECONDS = declare_histogram(
    "shoal_gateway_annotation_seconds",
    "Time that an annotator took for an answer, as the provider states it",
    _OF_PROVIDER,
    buckets=(1.0, 2.5, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1800.0, 3600.0),
)
ANNOTATION_COST = declare_counter(
    "shoal_gateway_annotation_cost_total",
    "Price of the annotations stored since the process started, in the project's currency; "
    "shoal_gateway_spent_cost has all of them",
    _OF_PROVIDER,
)
SKIPS = declare_counter(
    "shoal_gateway_skips_total",
    "Tasks that annotators skipped, by the reason they chose; none: no reason",
    {**_OF_PROVIDER, "code": (*SkipCode, NO_CODE)},
)
ANNOTATIONS_REFUSED = declare_counter(
    "shoal_gateway_annotations_refused_total",
    "Annotations of a provider that were refused, by the reason; `refused_annotations` has the details",
    {**_OF_PROVIDER, "reason": get_args(Reason)},
)
SURPLUS = declare_counter(
    "shoal_gateway_surplus_annotations_total",
    "Annotations beyond those requested, neither counted nor paid",
    _OF_PROVIDER,
)

# feeds and webhooks
FOUND_BY_POLL = declare_counter(
    "shoal_gateway_found_by_poll_total",
    "Annotations that a provider's feed brought and its webhook did not: growth means that webhooks are lost",
    _OF_PROVIDER,
)
POLL_FAILURES = declare_counter(
    "shoal_gateway_poll_failures_total", "Reads of a provider's feed that failed", _OF_PROVIDER
)
WEBHOOKS = declare_counter(
    "shoal_gateway_webhooks_total",
    "Webhooks by outcome; those of unknown providers have no project and provider. failed: the gateway could not "
    "store it, and the provider should send it again",
    {**_OF_PROVIDER, "outcome": WEBHOOK_OUTCOMES},
)
WEBHOOK_INBOX = declare_gauge(
    "shoal_gateway_webhook_inbox",
    "Webhooks that were accepted and whose annotations are not recorded: waiting, or parked for an operator",
    {**_OF_PROVIDER, "state": ("waiting", "parked")},
)
OLDEST_WEBHOOK = declare_gauge(
    "shoal_gateway_oldest_webhook_seconds",
    "Time that the oldest waiting webhook of a provider has waited; 0 if none waits",
    _OF_PROVIDER,
    join=max,
)

# calls to providers
CALL_SECONDS = declare_histogram(
    "shoal_gateway_vendor_call_seconds",
    "Time of a call to a provider, with its quick repeats, and the outcome of the last; calls to the in-house "
    "queue are writes to PostgreSQL. failed: an error of the gateway",
    {**_OF_PROVIDER, "kind": CALLS, "outcome": ("ok", *Fault)},
    buckets=(0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0),
)
DELIVERY_SECONDS = declare_histogram(
    "shoal_gateway_task_delivery_seconds",
    "Time from the arrival of a job, or of the request for more people, until its task is at the provider",
    _OF_PROVIDER,
    buckets=STAGE_BUCKETS,
)
INTENTS = declare_counter(
    "shoal_gateway_intents_total",
    "Attempts to tell a provider something, by how they ended: done, pending (it is tried again), dropped (the "
    "task was cancelled before) or parked (an operator decides)",
    {**_OF_PROVIDER, "kind": tuple(IntentKind), "outcome": tuple(IntentState)},
)
LANE_FAILURES = declare_counter(
    "shoal_gateway_lane_failures_total",
    "Failures while working for one provider that are not its answers, such as an outage of PostgreSQL",
    {**_OF_PROVIDER, "lane": FAILING_LANES},
)
HUNG_LANES = declare_gauge(
    "shoal_gateway_hung_lanes",
    "Providers whose work does not end although it was cancelled after SHOAL_STUCK_S; the others go on, and a restart "
    "ends it",
    {"loop": LANE_LOOPS},
)

# backlog and money, as PostgreSQL has them
OPEN_TASKS = declare_gauge(
    "shoal_gateway_open_tasks",
    "Tasks that want answers: planned, at the provider, or parked; reviews have the lane review. A campaign "
    "whose tasks did not change for 7 days leaves when none is open",
    {**_OF_CAMPAIGN, "lane": LANES},
)
OPEN_VOTES = declare_gauge(
    "shoal_gateway_open_votes",
    "The backlog: votes and reviews that were asked for and not given yet",
    _OF_CAMPAIGN,
)
OLDEST_TASK = declare_gauge(
    "shoal_gateway_oldest_task_seconds",
    "Age of the oldest task that wants answers; 0 if none does",
    {**_OF_CAMPAIGN, "lane": LANES},
    join=max,
)
TASKS = declare_gauge(
    "shoal_gateway_tasks",
    "Tasks of all time by state: planned (not at the provider yet), open, done, parked (the provider refused it, "
    "an operator decides) or cancelled",
    {**_OF_PROVIDER, "state": STATES},
)
SPENT_COST = declare_gauge(
    "shoal_gateway_spent_cost",
    "Price of all annotations that count, in the project's currency; of an answer that was changed, once",
    _OF_CAMPAIGN,
)
COMMITTED_COST = declare_gauge(
    "shoal_gateway_committed_cost",
    "What is spent, and the price of the votes that were asked for and not given yet",
    _OF_CAMPAIGN,
)
ACTIVE_ANNOTATORS = declare_gauge(
    "shoal_gateway_active_annotators",
    "Annotators from whom an answer or a skip arrived within the last hour",
    _OF_PROVIDER,
)
