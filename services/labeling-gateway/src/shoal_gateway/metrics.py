"""The metrics of the labeling gateway."""

from shoal.observability.declaring import declare_counter

ANNOTATIONS = declare_counter(
    "shoal_gateway_annotations_total",
    "Annotation revisions stored",
    {"project": None, "provider": None, "action": None, "found_by": None},
)
SKIPS = declare_counter(
    "shoal_gateway_skips_total", "Skipped tasks by reason", {"project": None, "provider": None, "code": None}
)
ANNOTATION_COST = declare_counter(
    "shoal_gateway_annotation_cost_total", "Price of stored annotations", {"project": None, "provider": None}
)
ANNOTATIONS_REFUSED = declare_counter(
    "shoal_gateway_annotations_refused_total", "Refused", {"project": None, "provider": None, "reason": None}
)
FOUND_BY_POLL = declare_counter(
    "shoal_gateway_found_by_poll_total",
    "Annotations that arrived without a webhook",
    {"project": None, "provider": None},
)
POLL_FAILURES = declare_counter(
    "shoal_gateway_poll_failures_total", "Failed polls of feeds", {"project": None, "provider": None}
)
SURPLUS = declare_counter(
    "shoal_gateway_surplus_annotations_total",
    "Annotations beyond those requested, neither counted nor paid",
    {"project": None, "provider": None},
)
LANE_FAILURES = declare_counter(
    "shoal_gateway_lane_failures_total",
    "Failures while working for one provider that are not its answers",
    {"project": None, "provider": None, "lane": None},
)
INTENTS = declare_counter(
    "shoal_gateway_intents_total",
    "Ended attempts",
    {"project": None, "provider": None, "kind": None, "outcome": None},
)
