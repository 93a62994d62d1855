"""The metrics of qa.

Counters and histograms are those of one process: add them up over replicas. Gauges are read from PostgreSQL
and are the same in every replica: take the maximum.
"""

from shoal.observability.declaring import declare_counter, declare_gauge, declare_histogram

LABEL_STATES = ("accepted", "revised", "withdrawn")
JOB_STATES = ("open", "review", "accepted", "closed")
WAITING_STATES = ("open", "review")
FIRST_PASSES = ("accepted", "more_votes", "review", "closed")
REVIEW_OUTCOMES = ("requested", "decided", "cancelled")
ACTIONS = ("submitted", "updated", "deleted", "skipped")
DATASET_OUTCOMES = ("frozen", "unchanged", "refused", "failed")

# labels and votes
ANNOTATIONS_RECORDED = declare_counter(
    "shoal_qa_annotations_total",
    "Answers of annotators recorded, with their edits, deletions and skips; those delivered twice count once",
    {"project": None, "action": ACTIONS},
)
LABELS = declare_counter(
    "shoal_qa_labels_total",
    "Labels accepted, changed after that (revised), or taken back (withdrawn). provider: of the votes that "
    "count, `(several)` if they differ; campaign: empty for the audit",
    {"project": None, "campaign": None, "provider": None, "state": LABEL_STATES},
)
CLASS_LABELS = declare_counter(
    "shoal_qa_class_labels_total",
    "Labels accepted, changed after that (revised), or taken back (withdrawn), by class; a withdrawn label "
    "counts under the class that it had",
    {"project": None, "class": None, "state": LABEL_STATES},
)
FIRST_PASS = declare_counter(
    "shoal_qa_first_pass_total",
    "Jobs that got the votes wanted at first, by the next step: the label was accepted, more votes were "
    "wanted, an expert was asked, or the job was closed without a label. Every job counts once",
    {"project": None, "campaign": None, "outcome": FIRST_PASSES},
)
REVIEWS = declare_counter(
    "shoal_qa_reviews_total",
    "Reviews requested from experts, decided by them, or cancelled because votes settled the job or its sample "
    "was erased",
    {"project": None, "campaign": None, "outcome": REVIEW_OUTCOMES},
)
VOTE_REQUESTS = declare_counter(
    "shoal_qa_vote_requests_total",
    "Requests to the labeling gateway for more votes, for a review, or to cancel votes that are not needed",
    {"action": ("more", "review", "cancel")},
)
JOBS_SET_ASIDE = declare_counter(
    "shoal_qa_jobs_set_aside_total",
    "Jobs that could not be evaluated because of an error; they stay as they were, and the log has their ids",
)
DATASETS = declare_counter(
    "shoal_qa_datasets_total",
    "Requests to freeze labels into a dataset version: frozen, unchanged (the version existed), refused (for "
    "example without labels), or failed",
    {"project": None, "outcome": DATASET_OUTCOMES},
)
FIT_SECONDS = declare_histogram(
    "shoal_qa_fit_seconds", "Time to learn from a project's votes how good its annotators are"
)

# jobs now
JOBS = declare_gauge(
    "shoal_qa_jobs",
    "Jobs by state: open (waiting for votes), review (waiting for an expert), accepted (with a label), closed "
    "(without one). Gold items and erased samples are left out. campaign: empty for the audit; `(other)` for "
    "campaigns without open jobs or changes in 7 days, and for those above the limit of series",
    {"project": None, "campaign": None, "state": JOB_STATES},
)
VOTES_WANTED = declare_gauge(
    "shoal_qa_votes_wanted",
    "Votes wanted for open jobs, received ones included",
    {"project": None, "campaign": None},
)
VOTES_RECEIVED = declare_gauge(
    "shoal_qa_votes_received",
    "Votes received for open jobs; wanted minus received votes are outstanding",
    {"project": None, "campaign": None},
)
DISPUTED_JOBS = declare_gauge(
    "shoal_qa_disputed_jobs",
    "Jobs that are open or in review and whose votes differ",
    {"project": None, "campaign": None},
)
OLDEST_JOB = declare_gauge(
    "shoal_qa_oldest_job_seconds",
    "Time that the oldest open job, or the oldest job in review, has been in this state; 0 if there is none",
    {"project": None, "campaign": None, "state": WAITING_STATES},
    join=max,
)
PARKED_ANNOTATIONS = declare_gauge(
    "shoal_qa_parked_annotations",
    "Answers of annotators that wait for their job, which has not arrived; they expire into the dead letters",
    {"project": None},
)
OLDEST_PARKED = declare_gauge(
    "shoal_qa_oldest_parked_seconds",
    "Time that the oldest answer has waited for its job; 0 if none waits",
    {"project": None},
    join=max,
)

# quality, as last measured after new votes
MEASURED_AT = declare_gauge(
    "shoal_qa_quality_measured_timestamp_seconds",
    "Time at which the quality of a project was last measured, as seconds since 1970; new votes start it",
    {"project": None},
    join=min,
)
AGREEMENT = declare_gauge(
    "shoal_qa_agreement_alpha",
    "Agreement of annotators: Krippendorff's alpha, 1 if all agree, 0 if they agree as by chance; absent "
    "before any job has two votes",
    {"project": None},
    join=None,
)
LABEL_COST = declare_gauge(
    "shoal_qa_accepted_label_cost",
    "Price of all votes divided by the number of accepted labels, in the project's currency; absent before the "
    "first label",
    {"project": None},
    join=None,
)
GOLD_ACCURACY = declare_gauge(
    "shoal_qa_gold_accuracy_ratio",
    "Share of a provider's answers to gold items that are right, over all of them; absent without answers",
    {"project": None, "provider": None},
    join=None,
)
GOLD_ANSWERS = declare_gauge(
    "shoal_qa_gold_answers",
    "Answers of a provider's annotators to gold items so far",
    {"project": None, "provider": None},
)
GOLD_RIGHT = declare_gauge(
    "shoal_qa_gold_right_answers",
    "Right answers of a provider's annotators to gold items so far",
    {"project": None, "provider": None},
)
PROVIDER_AGREEMENT = declare_gauge(
    "shoal_qa_provider_agreement_ratio",
    "Share of a provider's votes that equal the label of their job, over the newest 500 accepted labels of the "
    "project; absent without such votes",
    {"project": None, "provider": None},
    join=None,
)
PROVIDER_COMPARED = declare_gauge(
    "shoal_qa_provider_compared_votes",
    "Votes of a provider that its agreement with accepted labels rests on",
    {"project": None, "provider": None},
)
ANNOTATORS = declare_gauge(
    "shoal_qa_annotators",
    "Annotators by trust: new (too few votes to judge), trusted, probation (unsure, or with a warning) and "
    "blocked (wrong on gold; their votes have no weight)",
    {"project": None, "provider": None, "state": ("new", "trusted", "probation", "blocked")},
)
ANNOTATOR_ALARMS = declare_gauge(
    "shoal_qa_annotator_alarms",
    "Annotators with a warning: answers without regard to the sample (spam), always the same class "
    "(straight-lining), copying, haste, or a change of quality",
    {"project": None, "signal": ("spam", "straight-lining", "copying", "haste", "change")},
)

# the certificate of a project whose rule has a target precision
CERTIFICATE_VALID = declare_gauge(
    "shoal_qa_certificate_valid",
    "1 if gold certifies the target precision of labels, 0 if not and no label is accepted; absent if the rule "
    "has no target",
    {"project": None},
    join=min,
)
CERTIFIED_THRESHOLD = declare_gauge(
    "shoal_qa_certified_threshold_probability",
    "Probability from which labels are accepted under the certificate; absent without one",
    {"project": None},
    join=None,
)
CERTIFIED_PRECISION = declare_gauge(
    "shoal_qa_certified_precision_ratio",
    "Share of accepted labels that are right, at least, at the rule's confidence; absent without a certificate",
    {"project": None},
    join=None,
)
CERTIFIED_COVERAGE = declare_gauge(
    "shoal_qa_certified_coverage_ratio",
    "Share of jobs with votes that reach the certificate's threshold; absent if the rule has no target",
    {"project": None},
    join=None,
)
CERTIFYING_GOLD = declare_gauge(
    "shoal_qa_certifying_gold_items",
    "Gold items with votes, which the certificate rests on; absent if the rule has no target",
    {"project": None},
)
MORE_GOLD = declare_gauge(
    "shoal_qa_more_gold_items",
    "Further gold items that would probably be enough for a certificate; absent if no number would, or if the "
    "rule has no target",
    {"project": None},
)

# the production model, from the random audit
PRODUCTION_ACCURACY = declare_gauge(
    "shoal_qa_production_accuracy_ratio",
    "Share of the production model's predictions that are right, estimated from the random audit; absent "
    "before the first label",
    {"project": None, "model": None, "version": None},
    join=None,
)
PRODUCTION_ACCURACY_LOW = declare_gauge(
    "shoal_qa_production_accuracy_low_ratio",
    "Lower end of the 95 % interval of the production model's accuracy",
    {"project": None, "model": None, "version": None},
    join=None,
)
PRODUCTION_ACCURACY_HIGH = declare_gauge(
    "shoal_qa_production_accuracy_high_ratio",
    "Upper end of the 95 % interval of the production model's accuracy",
    {"project": None, "model": None, "version": None},
    join=None,
)
PRODUCTION_LABELLED = declare_gauge(
    "shoal_qa_production_labelled_samples",
    "Samples of the random audit with an accepted label, from which the accuracy is estimated",
    {"project": None, "model": None, "version": None},
)
