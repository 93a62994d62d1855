"""How many votes a job may ask for, and which of qa's requests still count."""

from dataclasses import dataclass, replace
from typing import Literal

Action = Literal["more", "review", "cancel"]


@dataclass(frozen=True, slots=True)
class Wanted:
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

    wanted: Wanted
    extended: bool = False
    review: bool = False
    cancelled: bool = False


def apply_request(wanted: Wanted, request: Request) -> Effect:
    """Return the effect of `request`; one of an earlier round than the last is stale and changes nothing.

    A request of a later round than the one that closed the job opens it again.
    """
    if request.round < wanted.last_round:
        return Effect(wanted)
    if request.action == "cancel":
        return Effect(replace(wanted, last_round=request.round, closed=True), cancelled=not wanted.closed)
    if wanted.closed and request.round == wanted.last_round:
        return Effect(wanted)
    seen = replace(wanted, last_round=request.round, closed=False)
    if request.action == "review":
        return Effect(seen, review=True)
    return _extended(seen, request.votes)


def merge(wanted: Wanted, votes: int, max_votes: int) -> Effect:
    """Return the effect of the same job asked for again, by a second campaign or a replay."""
    ceiling = max(wanted.max_votes, max_votes)
    grown = replace(wanted, max_votes=ceiling)
    return Effect(grown) if wanted.closed else _extended(grown, votes)


def _extended(wanted: Wanted, votes: int) -> Effect:
    total = max(wanted.votes, min(votes, wanted.max_votes))
    return Effect(replace(wanted, votes=total), extended=total > wanted.votes)


def overlap(votes: int, skips: int, *, replaces_skips: bool) -> int:
    """Return how many annotators a provider must be asked for, so that `votes` of them answer."""
    return votes if replaces_skips else votes + skips
