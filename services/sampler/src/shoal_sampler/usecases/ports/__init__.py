"""What the use cases need from outside, by aggregate; adapters implement these."""

from shoal_sampler.usecases.ports.budgets import Budgets, Spending
from shoal_sampler.usecases.ports.campaigns import AuditRow, Audits, CampaignRow, Campaigns
from shoal_sampler.usecases.ports.chosen import ChosenSamples
from shoal_sampler.usecases.ports.decisions import Chosen, Decisions, Effect, Outcome
from shoal_sampler.usecases.ports.store import Project, Store
from shoal_sampler.usecases.ports.vectors import Found, VectorLookup
from shoal_sampler.usecases.ports.waiting import Queue, Waiting

__all__ = [
    "AuditRow",
    "Audits",
    "Budgets",
    "CampaignRow",
    "Campaigns",
    "Chosen",
    "ChosenSamples",
    "Decisions",
    "Effect",
    "Found",
    "Outcome",
    "Project",
    "Queue",
    "Spending",
    "Store",
    "VectorLookup",
    "Waiting",
]
