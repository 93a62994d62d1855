"""How many votes a job may ask for, and which of qa's requests still count."""

from dataclasses import dataclass, replace
from typing import Literal

Action = Literal["more", "review", "cancel"]


@dataclass(frozen=True, slots=True)
class Demand:
    """A job's demand for votes. `max_votes` is what the campaign's budget has reserved: never more."""

    votes: int
    max_votes: int
    last_round: int = 0
    closed: bool = False


@dataclass(frozen=True, slots=True)
class Request:
    """One request of qa. `votes` is a total, so that a replay adds nothing."""

    action: Action
    votes: int
    round: int


@dataclass(frozen=True, slots=True)
class Effect:
    """What a request changes: the votes now wanted (when they grew), a review, or an end."""

    demand: Demand
    extended: bool = False
    review: bool = False
    cancelled: bool = False


def apply_request(demand: Demand, request: Request) -> Effect:
    """Return the effect of `request`; one of an earlier round than the last is stale and changes nothing.

    A request of a later round than the one that closed the job opens it again.
    """
    if request.round < demand.last_round:
        return Effect(demand)
    if request.action == "cancel":
        return Effect(replace(demand, last_round=request.round, closed=True), cancelled=not demand.closed)
    if demand.closed and request.round == demand.last_round:
        return Effect(demand)
    current = replace(demand, last_round=request.round, closed=False)
    if request.action == "review":
        return Effect(current, review=True)
    return _extend_demand(current, request.votes)


def merge_demand(demand: Demand, votes: int, max_votes: int) -> Effect:
    """Return the effect of the same job asked for again, by a second campaign or a replay."""
    ceiling = max(demand.max_votes, max_votes)
    grown = replace(demand, max_votes=ceiling)
    return Effect(grown) if demand.closed else _extend_demand(grown, votes)


def _extend_demand(demand: Demand, votes: int) -> Effect:
    total = max(demand.votes, min(votes, demand.max_votes))
    return Effect(replace(demand, votes=total), extended=total > demand.votes)


def annotators_needed(votes: int, skips: int, *, replaces_skips: bool) -> int:
    """Return how many annotators a provider must be asked for, so that `votes` of them answer."""
    return votes if replaces_skips else votes + skips
