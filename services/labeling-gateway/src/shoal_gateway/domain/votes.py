"""The number of votes that a job may request, and the effect of qa's requests."""

from dataclasses import dataclass, replace
from typing import Literal

from shoal_gateway.domain.disputes import Grounds

Action = Literal["more", "review", "cancel"]


@dataclass(frozen=True, slots=True)
class Demand:
    """A job's demand for votes. `max_votes`, reserved in the campaign's budget, is a hard limit."""

    votes: int
    max_votes: int
    last_round: int = 0
    closed: bool = False


@dataclass(frozen=True, slots=True)
class Request:
    """One request of qa. `votes` is a total, so a replay adds nothing; a review has grounds."""

    action: Action
    votes: int
    round: int
    grounds: Grounds | None = None


@dataclass(frozen=True, slots=True)
class Effect:
    """The effect of a request: the new demand, and whether it grew, needs a review, or ended."""

    demand: Demand
    extended: bool = False
    review: bool = False
    cancelled: bool = False


def apply_request(demand: Demand, request: Request) -> Effect:
    """Return the effect of `request`. A request from a round before the last is stale and changes nothing.

    A request from a round after the one that closed the job opens it again.
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
    """Return the effect of the same job arriving again, from a second campaign or a replay."""
    ceiling = max(demand.max_votes, max_votes)
    grown = replace(demand, max_votes=ceiling)
    return Effect(grown) if demand.closed else _extend_demand(grown, votes)


def _extend_demand(demand: Demand, votes: int) -> Effect:
    total = max(demand.votes, min(votes, demand.max_votes))
    return Effect(replace(demand, votes=total), extended=total > demand.votes)


def annotators_needed(votes: int, skips: int, *, replaces_skips: bool) -> int:
    """Return the number of annotators to request from a provider to get `votes` answers."""
    return votes if replaces_skips else votes + skips
