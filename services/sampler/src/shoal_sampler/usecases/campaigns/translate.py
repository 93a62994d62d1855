"""Campaigns of events, of users and of the domain, translated into each other."""

import numpy as np
import orjson

from shoal.contracts.selections import CampaignChanged
from shoal.vectors import unit_vector
from shoal_sampler.domain.campaigns.campaign import Campaign, Filter, Selection
from shoal_sampler.domain.campaigns.kinds import needs_examples
from shoal_sampler.domain.campaigns.waits import Progress
from shoal_sampler.domain.vectors.rows import Vectors, no_vectors
from shoal_sampler.usecases.campaigns.definition import (
    Budget,
    Conditions,
    Definition,
    Example,
    Labeling,
    Strategy,
)
from shoal_sampler.usecases.ports import CampaignRow


def definition_of(event: CampaignChanged) -> Definition:
    """Return the definition in `event`."""
    return Definition(
        name=event.name,
        strategy=Strategy.model_validate_json(orjson.dumps(event.strategy)),
        filter=Conditions.model_validate(event.filter),
        budget=Budget.model_validate(event.budget),
        labeling=Labeling.model_validate(event.labeling),
        until=event.until,
    )


def campaign_of(event: CampaignChanged) -> Campaign:
    """Return the domain's campaign of `event`, whose examples contain their vectors."""
    definition = definition_of(event)
    strategy, conditions = definition.strategy, definition.filter
    return Campaign(
        campaign_id=event.campaign_id,
        project=event.project,
        name=event.name,
        selection=selection_of(strategy),
        votes_budget=definition.budget.votes,
        votes=definition.labeling.votes,
        max_votes=definition.labeling.max_votes,
        samples_per_day=definition.budget.samples_per_day,
        provider=definition.labeling.provider,
        priority=definition.labeling.priority,
        filter=Filter(
            frozenset(conditions.predicted_labels),
            frozenset(conditions.models),
            frozenset(conditions.model_versions),
            conditions.tags,
        ),
        until=event.until,
        state=event.state,
        version=event.version,
    )


def progress_of(row: CampaignRow) -> Progress:
    """Return how far a campaign is; its examples are not read."""
    event = row.event
    return Progress(
        state=event.state,
        until=event.until,
        votes_budget=event.budget["votes"],
        votes_reserved=row.votes_reserved,
        max_votes=event.labeling["max_votes"],
        samples_per_day=event.budget.get("samples_per_day"),
        taken_today=row.taken_today,
        samples_seen=row.counts["seen"],
        eligible=row.counts["eligible"],
        samples_taken=row.counts["taken"],
    )


def selection_of(strategy: Strategy) -> Selection:
    """Return the domain's selection. Raises BadVector for an example that cannot be compared."""
    share = strategy.share
    if share is None and not needs_examples(strategy.kind):
        share = 0.1
    threshold = strategy.threshold
    if threshold is None:  # with a share alone, the most similar samples are taken, however dissimilar
        threshold = 0.5 if share is None else 0.0
    return Selection(
        kind=strategy.kind,
        share=share,
        measure=strategy.measure,
        coverage_votes=strategy.coverage_votes,
        threshold=threshold,
        exploration=strategy.exploration,
        duplicate_similarity=strategy.duplicate_similarity,
        window_samples=strategy.window_samples,
        window_seconds=strategy.window_seconds,
        generation=strategy.generation if strategy.examples else None,
        examples=_unit_rows(strategy.examples),
        counter_examples=_unit_rows(strategy.counter_examples),
    )


def _unit_rows(examples: tuple[Example, ...]) -> Vectors:
    vectors = [
        unit_vector(example.vector, len(example.vector) // 4)
        for example in examples
        if example.vector is not None
    ]
    return np.stack(vectors) if vectors else no_vectors(0)
