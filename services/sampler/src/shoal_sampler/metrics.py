"""The metrics of the sampler."""

from shoal.observability.declaring import declare_counter

DECIDED = declare_counter("shoal_sampler_decided_samples_total", "Samples with a decision")
JOBS_CREATED = declare_counter("shoal_sampler_jobs_total", "Jobs created", {"purpose": None})
VOTES_RESERVED = declare_counter(
    "shoal_sampler_votes_reserved_total", "Votes reserved for jobs", {"purpose": None}
)
