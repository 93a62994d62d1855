"""Every metric of every service, named `shoal_<area>_<quantity>_<unit>`."""

from prometheus_client import Counter, Gauge, Histogram

# messaging
CONSUMED = Counter("shoal_messaging_consumed_records_total", "Records handled", ["topic", "group"])
DEAD_LETTERED = Counter(
    "shoal_messaging_dead_letters_total", "Records rejected", ["topic", "group", "reason"]
)
SUMMARISED = Counter(
    "shoal_messaging_summarised_dead_letters_total",
    "Rejected records that share a dead letter, because their project had too many",
    ["topic", "group"],
)
RETRIED = Counter("shoal_messaging_retries_total", "Batches tried again after an outage", ["topic", "group"])
NACKED = Counter("shoal_messaging_nacked_batches_total", "Batches returned to the broker", ["topic", "group"])
PAUSED = Gauge(
    "shoal_messaging_paused",
    "1 while the consumer pauses or probes because many records cannot be decoded or handled",
    ["topic", "group"],
)
LAG = Gauge("shoal_messaging_lag_records", "Records waiting in a partition", ["topic", "group", "partition"])
PROGRESS = Gauge(
    "shoal_messaging_progress_timestamp_seconds", "Time of the last finished batch", ["topic", "group"]
)
HANDLED = Histogram("shoal_messaging_batch_seconds", "Time to handle one batch", ["topic", "group"])
PUBLISHED = Counter(
    "shoal_messaging_published_records_total", "Records acknowledged by the broker", ["topic"]
)
PUBLISH_FAILED = Counter("shoal_messaging_publish_failures_total", "Batches not acknowledged", [])
BROADCAST_SKIPPED = Counter(
    "shoal_messaging_broadcast_skipped_records_total", "Unreadable records", ["topic"]
)

# persistence
OUTBOX_RELAYED = Counter("shoal_outbox_relayed_messages_total", "Messages published", ["schema"])
OUTBOX_REFUSED = Counter("shoal_outbox_refused_messages_total", "Messages too large for Kafka", ["topic"])

# runtime
BUILD = Gauge("shoal_build_info", "1; the service and its version are labels", ["service", "version"])
HTTP_SECONDS = Histogram(
    "shoal_http_request_seconds", "Time to answer a request", ["service", "method", "route", "status"]
)

LOG_LINES_LEFT_OUT = Counter(
    "shoal_log_lines_left_out_total", "Lines of client libraries that were repeated too often", ["logger"]
)
LOOP_FAILURES = Counter("shoal_loop_failures_total", "Background passes that failed", ["loop"])
LOOP_SUCCESS = Gauge(
    "shoal_loop_success_timestamp_seconds", "Time of the last successful background pass", ["loop"]
)

# ingest
INFERENCES = Counter("shoal_ingest_inferences_total", "Inferences by result", ["result"])
INFERENCE_HALVES = Counter(
    "shoal_ingest_inference_halves_total",
    "Requests and responses that arrive separately",
    ["dialect", "half"],
)
HALVES_ALONE = Counter("shoal_ingest_halves_alone_total", "Halves whose other half never arrived")

# embedder
COLLECTIONS_REMADE = Counter(
    "shoal_embedder_collections_made_anew_total", "Collections that were missing in Qdrant and made anew"
)
SAMPLES_EMBEDDED = Counter("shoal_embedder_samples_total", "Samples whose vector was stored and announced")
TEXTS_ENCODED = Counter("shoal_embedder_texts_total", "Texts encoded, or taken from the cache", ["how"])
TEXTS_UNREADABLE = Counter(
    "shoal_embedder_unreadable_texts_total", "Texts whose tokens the encoder mostly does not know"
)
ENCODING_SECONDS = Histogram("shoal_embedder_encoding_seconds", "Time to encode one batch of texts")

# sampler
DECIDED = Counter("shoal_sampler_decided_samples_total", "Samples with a decision")
JOBS_CREATED = Counter("shoal_sampler_jobs_total", "Jobs created", ["purpose"])
VOTES_RESERVED = Counter("shoal_sampler_votes_reserved_total", "Votes reserved for jobs", ["purpose"])

# qa
ANNOTATIONS_RECORDED = Counter(
    "shoal_qa_annotations_total", "Annotation revisions recorded", ["project", "action"]
)
JOBS_SET_ASIDE = Counter(
    "shoal_qa_jobs_set_aside_total", "Evaluations of jobs that failed; the log has the ids of the jobs"
)
LABELS = Counter("shoal_qa_labels_total", "Revisions of labels", ["project", "state"])
VOTE_REQUESTS = Counter(
    "shoal_qa_vote_requests_total", "Requests for votes, for reviews or to stop voting", ["action"]
)
AGREEMENT = Gauge("shoal_qa_agreement_alpha", "Krippendorff's alpha, nominal", ["project"])
CERTIFIED_THRESHOLD = Gauge(
    "shoal_qa_certified_threshold_probability",
    "Least probability of accepted labels; NaN without one",
    ["project"],
)
CERTIFIED_PRECISION = Gauge(
    "shoal_qa_certified_precision_ratio",
    "Lower bound of accepted labels' precision; NaN without one",
    ["project"],
)
CERTIFIED_COVERAGE = Gauge(
    "shoal_qa_certified_coverage_ratio", "Share of jobs with votes that reach the threshold", ["project"]
)
CERTIFYING_GOLD = Gauge("shoal_qa_certifying_gold_items", "Gold items with votes", ["project"])
MORE_GOLD = Gauge(
    "shoal_qa_more_gold_items", "Further gold items that would suffice; NaN if no number would", ["project"]
)
ANNOTATOR_ALARMS = Gauge(
    "shoal_qa_annotator_alarms", "Annotators with a warning signal", ["project", "signal"]
)
PRODUCTION_ACCURACY = Gauge(
    "shoal_qa_production_accuracy_ratio",
    "Accuracy of the production model, from audited samples; NaN without labels",
    ["project", "model", "version"],
)
PRODUCTION_ACCURACY_LOW = Gauge(
    "shoal_qa_production_accuracy_low_ratio",
    "Lower end of the 95 % interval of the production model's accuracy",
    ["project", "model", "version"],
)
PRODUCTION_ACCURACY_HIGH = Gauge(
    "shoal_qa_production_accuracy_high_ratio",
    "Upper end of the 95 % interval of the production model's accuracy",
    ["project", "model", "version"],
)
PRODUCTION_LABELLED = Gauge(
    "shoal_qa_production_labelled_samples",
    "Audited samples with an accepted label",
    ["project", "model", "version"],
)
FIT_SECONDS = Histogram("shoal_qa_fit_seconds", "Time to fit the model of annotators")

# labeling gateway
ANNOTATIONS = Counter(
    "shoal_gateway_annotations_total",
    "Annotation revisions stored",
    ["project", "provider", "action", "found_by"],
)
SKIPS = Counter("shoal_gateway_skips_total", "Skipped tasks by reason", ["project", "provider", "code"])
ANNOTATION_COST = Counter(
    "shoal_gateway_annotation_cost_total", "Price of stored annotations", ["project", "provider"]
)
ANNOTATIONS_REFUSED = Counter(
    "shoal_gateway_annotations_refused_total", "Refused", ["project", "provider", "reason"]
)
FOUND_BY_POLL = Counter(
    "shoal_gateway_found_by_poll_total",
    "Annotations that arrived without a webhook",
    ["project", "provider"],
)
POLL_FAILURES = Counter("shoal_gateway_poll_failures_total", "Failed polls of feeds", ["project", "provider"])
SURPLUS = Counter(
    "shoal_gateway_surplus_annotations_total",
    "Annotations beyond those requested, neither counted nor paid",
    ["project", "provider"],
)
LANE_FAILURES = Counter(
    "shoal_gateway_lane_failures_total",
    "Failures while working for one provider that are not its answers",
    ["project", "provider", "lane"],
)
INTENTS = Counter("shoal_gateway_intents_total", "Ended attempts", ["project", "provider", "kind", "outcome"])
