"""The metrics of the sampler."""

from shoal.observability.declaring import counter

DECIDED = counter("shoal_sampler_decided_samples_total", "Samples with a decision")
JOBS_CREATED = counter("shoal_sampler_jobs_total", "Jobs created", {"purpose": None})
VOTES_RESERVED = counter("shoal_sampler_votes_reserved_total", "Votes reserved for jobs", {"purpose": None})
