"""The metrics of qa."""

from shoal.observability.declaring import declare_counter, declare_gauge, declare_histogram

ANNOTATIONS_RECORDED = declare_counter(
    "shoal_qa_annotations_total", "Annotation revisions recorded", {"project": None, "action": None}
)
JOBS_SET_ASIDE = declare_counter(
    "shoal_qa_jobs_set_aside_total", "Evaluations of jobs that failed; the log has the ids of the jobs"
)
LABELS = declare_counter("shoal_qa_labels_total", "Revisions of labels", {"project": None, "state": None})
VOTE_REQUESTS = declare_counter(
    "shoal_qa_vote_requests_total", "Requests for votes, for reviews or to stop voting", {"action": None}
)
AGREEMENT = declare_gauge("shoal_qa_agreement_alpha", "Krippendorff's alpha, nominal", {"project": None})
CERTIFIED_THRESHOLD = declare_gauge(
    "shoal_qa_certified_threshold_probability",
    "Least probability of accepted labels; NaN without one",
    {"project": None},
)
CERTIFIED_PRECISION = declare_gauge(
    "shoal_qa_certified_precision_ratio",
    "Lower bound of accepted labels' precision; NaN without one",
    {"project": None},
)
CERTIFIED_COVERAGE = declare_gauge(
    "shoal_qa_certified_coverage_ratio",
    "Share of jobs with votes that reach the threshold",
    {"project": None},
)
CERTIFYING_GOLD = declare_gauge("shoal_qa_certifying_gold_items", "Gold items with votes", {"project": None})
MORE_GOLD = declare_gauge(
    "shoal_qa_more_gold_items",
    "Further gold items that would suffice; NaN if no number would",
    {"project": None},
)
ANNOTATOR_ALARMS = declare_gauge(
    "shoal_qa_annotator_alarms", "Annotators with a warning signal", {"project": None, "signal": None}
)
PRODUCTION_ACCURACY = declare_gauge(
    "shoal_qa_production_accuracy_ratio",
    "Accuracy of the production model, from audited samples; NaN without labels",
    {"project": None, "model": None, "version": None},
)
PRODUCTION_ACCURACY_LOW = declare_gauge(
    "shoal_qa_production_accuracy_low_ratio",
    "Lower end of the 95 % interval of the production model's accuracy",
    {"project": None, "model": None, "version": None},
)
PRODUCTION_ACCURACY_HIGH = declare_gauge(
    "shoal_qa_production_accuracy_high_ratio",
    "Upper end of the 95 % interval of the production model's accuracy",
    {"project": None, "model": None, "version": None},
)
PRODUCTION_LABELLED = declare_gauge(
    "shoal_qa_production_labelled_samples",
    "Audited samples with an accepted label",
    {"project": None, "model": None, "version": None},
)
FIT_SECONDS = declare_histogram("shoal_qa_fit_seconds", "Time to fit the model of annotators")
