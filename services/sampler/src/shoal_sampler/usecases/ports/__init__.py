"""Interfaces that the use cases need; adapters implement them."""

from shoal_sampler.usecases.ports.budgets import Budgets, Spending
from shoal_sampler.usecases.ports.campaigns import AuditRow, Audits, CampaignRow, Campaigns
from shoal_sampler.usecases.ports.chosen_samples import ChosenSamples
from shoal_sampler.usecases.ports.decisions import Decisions, Effect, Outcome, SampleJob
from shoal_sampler.usecases.ports.neighbours import ImageParts, Neighbour, Neighbours
from shoal_sampler.usecases.ports.store import Project, Store
from shoal_sampler.usecases.ports.tallies import AuditTally, CampaignTally, Tallies
from shoal_sampler.usecases.ports.vectors import StoredVector, VectorLookup
from shoal_sampler.usecases.ports.waiting import Queue, Waiting

__all__ = [
    "AuditRow",
    "AuditTally",
    "Audits",
    "Budgets",
    "CampaignRow",
    "CampaignTally",
    "Campaigns",
    "ChosenSamples",
    "Decisions",
    "Effect",
    "ImageParts",
    "Neighbour",
    "Neighbours",
    "Outcome",
    "Project",
    "Queue",
    "SampleJob",
    "Spending",
    "Store",
    "StoredVector",
    "Tallies",
    "VectorLookup",
    "Waiting",
]
