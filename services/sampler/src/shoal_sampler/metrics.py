"""The metrics of the sampler."""

from typing import get_args

from shoal.observability.declaring import declare_counter, declare_gauge, declare_histogram
from shoal_sampler.domain.campaigns.campaign import State
from shoal_sampler.domain.campaigns.decisions import Job
from shoal_sampler.domain.campaigns.waits import Waits

PURPOSES = get_args(Job.__annotations__["purpose"])
OUTCOMES = ("taken", "left", "duplicate")
"""What happened to a sample; a duplicate repeats a sample that was chosen before."""
STATES: tuple[State, ...] = get_args(State)

# decisions
DECIDED = declare_counter(
    "shoal_sampler_decided_samples_total",
    "Samples with a decision: taken by a campaign or the audit, left, or left as duplicates of chosen samples",
    {"project": None, "outcome": OUTCOMES},
)
JOBS_CREATED = declare_counter(
    "shoal_sampler_jobs_total",
    "Jobs created for chosen samples; the audit's have the campaign (audit)",
    {"project": None, "campaign": None, "purpose": PURPOSES},
)
VOTES_RESERVED = declare_counter(
    "shoal_sampler_votes_reserved_total",
    "Votes reserved for new jobs: the most that their labels may cost",
    {"project": None, "campaign": None, "purpose": PURPOSES},
)
WINDOW_SECONDS = declare_histogram(
    "shoal_sampler_window_seconds",
    "Time to decide on one window of samples and to store the decisions, with the wait for the project's lock",
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0),
)

# campaigns, as PostgreSQL has them
CAMPAIGN_VOTES = declare_gauge(
    "shoal_sampler_campaign_votes",
    "Votes of a campaign: its budget, those that jobs have reserved, and those left",
    {"project": None, "campaign": None, "kind": ("budget", "reserved", "left")},
)
CAMPAIGN_SAMPLES = declare_gauge(
    "shoal_sampler_campaign_samples",
    "Samples of a campaign so far: seen while it was active, eligible by its filter, taken, shared with the "
    "job of another campaign, and left as duplicates",
    {"project": None, "campaign": None, "outcome": ("seen", "eligible", "taken", "shared", "duplicate")},
)
CAMPAIGN_JOBS = declare_gauge(
    "shoal_sampler_campaign_jobs", "Jobs that a campaign has created", {"project": None, "campaign": None}
)
CAMPAIGN_STATE = declare_gauge(
    "shoal_sampler_campaign_state",
    "1 for the state that a campaign has, 0 for the others; a campaign that was done for 7 days leaves",
    {"project": None, "campaign": None, "state": STATES},
)
CAMPAIGN_WAITS = declare_gauge(
    "shoal_sampler_campaign_waits",
    "1 for what a campaign waits for; samples, matching_samples and more_samples mean that it takes samples",
    {"project": None, "campaign": None, "reason": get_args(Waits)},
)

# projects
WAITING = declare_gauge(
    "shoal_sampler_waiting_samples",
    "Samples that wait for their window to close, for a guideline or for the first campaign",
    {"project": None},
)
OLDEST_WAITING = declare_gauge(
    "shoal_sampler_oldest_waiting_seconds",
    "Time that the oldest waiting sample of a project has waited; 0 if none waits",
    {"project": None},
    join=max,
)
AUDIT_VOTES = declare_gauge(
    "shoal_sampler_audit_votes",
    "Votes of the random audit today (UTC): its budget, and those that jobs have reserved",
    {"project": None, "kind": ("budget", "reserved")},
)
