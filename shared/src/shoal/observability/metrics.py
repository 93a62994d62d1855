"""The metrics of every service, named `shoal_<area>_<quantity>_<unit>`.

A service declares its own in its package.
"""

from shoal.observability.declaring import STAGE_BUCKETS, declare_counter, declare_gauge, declare_histogram

# messaging
CONSUMED = declare_counter(
    "shoal_messaging_consumed_records_total", "Records handled", {"topic": None, "group": None}
)
DEAD_LETTERED = declare_counter(
    "shoal_messaging_dead_letters_total", "Records rejected", {"topic": None, "group": None, "reason": None}
)
SUMMARISED = declare_counter(
    "shoal_messaging_summarised_dead_letters_total",
    "Rejected records that share a dead letter, because their project had too many",
    {"topic": None, "group": None},
)
RETRIED = declare_counter(
    "shoal_messaging_retries_total", "Batches tried again after an outage", {"topic": None, "group": None}
)
NACKED = declare_counter(
    "shoal_messaging_nacked_batches_total", "Batches returned to the broker", {"topic": None, "group": None}
)
PAUSED = declare_gauge(
    "shoal_messaging_paused",
    "1 while the consumer pauses or probes because many records cannot be decoded or handled",
    {"topic": None, "group": None},
)
LAG = declare_gauge(
    "shoal_messaging_lag_records",
    "Records waiting in a partition",
    {"topic": None, "group": None, "partition": None},
)
PROGRESS = declare_gauge(
    "shoal_messaging_progress_timestamp_seconds",
    "Time of the last finished batch",
    {"topic": None, "group": None},
)
HANDLED = declare_histogram(
    "shoal_messaging_batch_seconds", "Time to handle one batch", {"topic": None, "group": None}
)
PUBLISHED = declare_counter(
    "shoal_messaging_published_records_total", "Records acknowledged by the broker", {"topic": None}
)
PUBLISH_FAILED = declare_counter("shoal_messaging_publish_failures_total", "Batches not acknowledged")
BROADCAST_SKIPPED = declare_counter(
    "shoal_messaging_broadcast_skipped_records_total", "Unreadable records", {"topic": None}
)

# persistence
OUTBOX_RELAYED = declare_counter(
    "shoal_outbox_relayed_messages_total", "Messages published", {"schema": None}
)
OUTBOX_REFUSED = declare_counter(
    "shoal_outbox_refused_messages_total", "Messages too large for Kafka", {"topic": None}
)
OUTBOX_WAITING = declare_gauge(
    "shoal_outbox_waiting_messages",
    "Messages that are stored in PostgreSQL and wait until Kafka has them; 100,000 stands for that many or more",
    {"schema": None},
)
OUTBOX_OLDEST = declare_gauge(
    "shoal_outbox_oldest_seconds",
    "Age of the oldest message that waits in the outbox, 0 if none does",
    {"schema": None},
)
OUTBOX_SET_ASIDE = declare_gauge(
    "shoal_outbox_set_aside_messages",
    "Messages that Kafka refused as too large; they stay in the outbox until an operator decides",
    {"schema": None},
)
POOL_CONNECTIONS = declare_gauge(
    "shoal_postgres_pool_connections",
    "Connections to PostgreSQL that this process holds, by whether they are in use",
    {"schema": None, "state": ("idle", "used")},
)
POOL_LIMIT = declare_gauge(
    "shoal_postgres_pool_limit",
    "Most connections to PostgreSQL that this process opens; requests wait when all of them are in use",
    {"schema": None},
)
ROWS_EXPIRED = declare_counter(
    "shoal_retention_deleted_rows_total",
    "Rows deleted because they are older than SHOAL_RETENTION_DAYS",
    {"table": None},
)

# runtime
BUILD = declare_gauge(
    "shoal_build_info", "1; the service and its version are labels", {"service": None, "version": None}
)
HTTP_SECONDS = declare_histogram(
    "shoal_http_request_seconds",
    "Time to answer a request",
    {"service": None, "method": None, "route": None, "status": None},
)
LOG_LINES_LEFT_OUT = declare_counter(
    "shoal_log_lines_left_out_total",
    "Lines of client libraries that were repeated too often",
    {"logger": None},
)
LOOP_FAILURES = declare_counter("shoal_loop_failures_total", "Background passes that failed", {"loop": None})
LOOP_SUCCESS = declare_gauge(
    "shoal_loop_success_timestamp_seconds", "Time of the last successful background pass", {"loop": None}
)
DEPENDENCY_UP = declare_gauge(
    "shoal_dependency_up",
    "1 while a server that the service works with answers, as its readiness sees it; 0 otherwise",
    {"dependency": None},
)

# the way of a sample
STAGES = declare_histogram(
    "shoal_sample_stage_seconds",
    "Time from the arrival of a sample at ingest until it is searchable, has a job, has its first vote, and "
    "has an accepted label; each stage is exported by the service that completes it",
    {"project": None, "campaign": None, "stage": ("searchable", "job", "first_vote", "accepted")},
    buckets=STAGE_BUCKETS,
)
