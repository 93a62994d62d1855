"""Every metric of every service, one line each: `shoal_<area>_<what>_<unit>`."""

from prometheus_client import Counter, Gauge, Histogram

# messaging
CONSUMED = Counter("shoal_messaging_consumed_records_total", "Records handled", ["topic", "group"])
DEAD_LETTERED = Counter("shoal_messaging_dead_letters_total", "Records refused", ["topic", "group", "reason"])
RETRIED = Counter("shoal_messaging_retries_total", "Batches tried again after an outage", ["topic", "group"])
NACKED = Counter("shoal_messaging_nacked_batches_total", "Batches given back to the broker", ["topic", "group"])
HALTED = Gauge("shoal_messaging_halted", "1 when the cap on refused records stopped a consumer", ["topic", "group"])
LAG = Gauge("shoal_messaging_lag_records", "Records waiting in a partition", ["topic", "group", "partition"])
PROGRESS = Gauge("shoal_messaging_progress_timestamp_seconds", "When a batch was last done", ["topic", "group"])
HANDLED = Histogram("shoal_messaging_batch_seconds", "Time to handle one batch", ["topic", "group"])
PUBLISHED = Counter("shoal_messaging_published_records_total", "Records the broker acknowledged", ["topic"])
PUBLISH_FAILED = Counter("shoal_messaging_publish_failures_total", "Batches not acknowledged", [])
BROADCAST_SKIPPED = Counter("shoal_messaging_broadcast_skipped_records_total", "Unreadable records", ["topic"])
