"""What a campaign waits for is one of a closed set of reasons, the most lasting first."""

from datetime import UTC, datetime, timedelta
from typing import Any, get_args

import pytest

from shoal_local.status.projects import what_it_waits_for as words_of
from shoal_sampler.domain.campaigns.waits import Progress, Waits, what_it_waits_for

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def progress(**changes: Any) -> Progress:
    """Return the progress of a campaign that takes samples, with changes."""
    terms = {"state": "active", "until": None, "votes_budget": 30, "max_votes": 3, "samples_per_day": 5}
    counts = {"votes_reserved": 6, "taken_today": 2, "samples_seen": 9, "eligible": 4, "samples_taken": 2}
    return Progress(**{**terms, **counts, **changes})


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({}, "more_samples"),
        ({"eligible": 0}, "matching_samples"),
        ({"samples_seen": 0, "eligible": 0}, "samples"),
        ({"taken_today": 5}, "day_cap_reached"),
        ({"samples_per_day": None, "taken_today": 5}, "more_samples"),
        ({"votes_reserved": 28, "taken_today": 5}, "budget_spent"),
        ({"votes_budget": 2, "votes_reserved": 0, "samples_taken": 0}, "budget"),
        ({"until": NOON, "votes_reserved": 30}, "past_until"),
        ({"until": NOON + timedelta(seconds=1)}, "more_samples"),
        ({"state": "paused", "until": NOON}, "paused"),
        ({"state": "draft"}, "draft"),
        ({"state": "done"}, "done"),
    ],
)
def test_the_most_lasting_reason_comes_first(changes: dict[str, Any], reason: str) -> None:
    assert what_it_waits_for(progress(**changes), has_guideline=True, now=NOON) == reason


def test_a_guideline_comes_before_samples_and_after_the_budget() -> None:
    assert what_it_waits_for(progress(taken_today=5), has_guideline=False, now=NOON) == "guideline"
    assert what_it_waits_for(progress(votes_reserved=30), has_guideline=False, now=NOON) == "budget_spent"


@pytest.mark.parametrize("reason", get_args(Waits))
def test_shoal_status_has_words_for_every_reason(reason: str) -> None:
    counts = {"seen": 1, "taken": 1, "labels_accepted": 0}
    facts = {"name": "c", "waits_for": reason, "votes_reserved": 1, "budget": {"votes": 3}, "counts": counts}
    words = words_of("news", facts)
    assert words != reason
    assert ":" in words or "(" in words
