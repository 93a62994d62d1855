"""The metrics of every service, named `shoal_<area>_<quantity>_<unit>`.

A service declares its own in its package.
"""

from shoal.contracts.topics import DEAD_LETTER_REASONS, OTHER_REASON
from shoal.observability.declaring import STAGE_BUCKETS, declare_counter, declare_gauge, declare_histogram

HTTP_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "(other)")
UNREAD = "(unread)"
"""In place of the reason of dead letters that were not read yet."""

# messaging
CONSUMED = declare_counter(
    "shoal_messaging_consumed_records_total",
    "Records of a topic that a consumer group has finished with, also those that became dead letters",
    {"topic": None, "group": None},
)
DEAD_LETTERED = declare_counter(
    "shoal_messaging_dead_letters_total",
    "Records that can never be processed and were set aside as dead letters, by reason (docs/dead-letters.md)",
    {"topic": None, "group": None, "reason": (*DEAD_LETTER_REASONS, OTHER_REASON)},
)
PENDING_LETTERS = declare_gauge(
    "shoal_messaging_pending_dead_letters",
    "Dead letters that nobody has replayed yet, by reason; see them with `shoal dlq show`. One replica of the "
    "group exports them. (unread): counted, but their reason was not read yet",
    {"topic": None, "group": None, "reason": (*DEAD_LETTER_REASONS, OTHER_REASON, UNREAD)},
)
SUMMARISED = declare_counter(
    "shoal_messaging_summarised_dead_letters_total",
    "Rejected records that share one dead letter with others, because their project had too many at once",
    {"topic": None, "group": None},
)
RETRIED = declare_counter(
    "shoal_messaging_retries_total",
    "Tries of a batch again during an outage of PostgreSQL, Qdrant or Kafka; nothing is lost meanwhile",
    {"topic": None, "group": None},
)
NACKED = declare_counter(
    "shoal_messaging_nacked_batches_total",
    "Batches that a consumer gave back to Kafka after an outage or at a stop; they are read again",
    {"topic": None, "group": None},
)
PAUSED = declare_gauge(
    "shoal_messaging_paused",
    "1 while a consumer pauses because it could not decode or handle many records of several projects: this "
    "version of the service is probably at fault. 0 otherwise",
    {"topic": None, "group": None},
)
LAG = declare_gauge(
    "shoal_messaging_lag_records",
    "Records of a partition that a consumer group has not finished with; the replica that reads the partition "
    "exports it",
    {"topic": None, "group": None, "partition": None},
)
LAG_SECONDS = declare_gauge(
    "shoal_messaging_lag_seconds",
    "Age of the oldest record of a partition that a consumer group has not finished with, 0 if there is none; "
    "the replica that reads the partition exports it",
    {"topic": None, "group": None, "partition": None},
)
ASSIGNED = declare_gauge(
    "shoal_messaging_assigned_partitions",
    "Partitions of a topic that this replica reads; the sum over all replicas is the topic's number of partitions",
    {"topic": None, "group": None},
)
REBALANCES = declare_counter(
    "shoal_messaging_rebalances_total",
    "Times that partitions were divided anew among the replicas of a group, as at each start and stop of one; "
    "nothing is read meanwhile",
    {"topic": None, "group": None},
)
COMMIT_FAILURES = declare_counter(
    "shoal_messaging_commit_failures_total",
    "Tries to store the progress of a group in Kafka that failed; if they go on, finished records are read again",
    {"topic": None, "group": None},
)
PROGRESS = declare_gauge(
    "shoal_messaging_progress_timestamp_seconds",
    "Time at which a consumer last finished a batch, in seconds since 1970",
    {"topic": None, "group": None},
)
HANDLED = declare_histogram(
    "shoal_messaging_batch_seconds",
    "Time to handle one batch of records, waits for the end of outages included",
    {"topic": None, "group": None},
)
PUBLISHED = declare_counter(
    "shoal_messaging_published_records_total",
    "Records that this service published and Kafka acknowledged",
    {"topic": None},
)
PUBLISH_FAILED = declare_counter(
    "shoal_messaging_publish_failures_total",
    "Batches of records that Kafka did not acknowledge; the service sends them again, or answers 503",
)
BROADCAST_SKIPPED = declare_counter(
    "shoal_messaging_broadcast_skipped_records_total",
    "Unreadable records of topics that every replica reads completely, such as projects.changed; they were skipped",
    {"topic": None},
)

# persistence
OUTBOX_RELAYED = declare_counter(
    "shoal_outbox_relayed_messages_total",
    "Messages of the outbox in PostgreSQL that were published to Kafka",
    {"schema": None},
)
OUTBOX_REFUSED = declare_counter(
    "shoal_outbox_refused_messages_total",
    "Messages of the outbox that Kafka refused as too large, by the topic they were for",
    {"topic": None},
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
    "shoal_build_info",
    "1; the labels tell which version of which service runs",
    {"service": None, "version": None},
)
HTTP_SECONDS = declare_histogram(
    "shoal_http_request_seconds",
    "Time to answer a request of the HTTP API, by the route's pattern and the status that the client got; route "
    "(unknown): no such address",
    {"service": None, "method": HTTP_METHODS, "route": None, "status": None},
)
EVENT_LOOP_LAG = declare_histogram(
    "shoal_event_loop_lag_seconds",
    "How late the process wakes up after a short sleep: it is busy or has too little CPU, and everything that "
    "it serves waits as long",
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0),
)
LOG_LINES_LEFT_OUT = declare_counter(
    "shoal_log_lines_left_out_total",
    "Lines of client libraries that were left out of the log because they were repeated too often",
    {"logger": None},
)
LOOP_FAILURES = declare_counter(
    "shoal_loop_failures_total",
    "Passes of background work that failed and are tried again, by the name of the work",
    {"loop": None},
)
LOOP_SUCCESS = declare_gauge(
    "shoal_loop_success_timestamp_seconds",
    "Time of the last pass of background work that succeeded, also one without work, in seconds since 1970",
    {"loop": None},
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
