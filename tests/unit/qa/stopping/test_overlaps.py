"""Answers replayed: where jobs stop, and what a rule costs."""

import numpy as np
import pytest

from shoal_qa.domain.stopping.overlaps import (
    Overlaps,
    overlap_points,
    price_overlaps,
    simulate_overlaps,
    stops_under,
)
from shoal_qa.domain.stopping.rule import Action, StoppingRule

BELIEVED = Overlaps(
    at=np.array([1, 2, 3, 4], np.int32),
    #                        job 0 is sure at once, 1 after three, 2 never, 3 has two answers
    probability=np.array(
        [[0.95, 0.5, 0.4, 0.5], [0.96, 0.7, 0.5, 0.6], [0.97, 0.95, 0.5, 0.6], [0.98, 0.97, 0.5, 0.6]]
    ),
    right=np.array(
        [[True, False, False, False], [True, False, False, True], [True, True, False, True], [True] * 4]
    ),
    available=np.array([4, 4, 4, 2], np.int32),
)


def test_jobs_stop_when_they_are_sure_or_have_no_more_answers() -> None:
    rule = StoppingRule(threshold=0.9, min_votes=2, max_votes=4, review_price=5.0)
    stops = stops_under(BELIEVED, rule)
    assert stops.row.tolist() == [1, 2, 3, 1]
    assert [Action(step).name for step in stops.action] == ["ACCEPT", "ACCEPT", "REVIEW", "REVIEW"]


def test_the_price_of_a_rule_by_hand() -> None:
    outcome = price_overlaps(
        BELIEVED, StoppingRule(threshold=0.9, min_votes=2, max_votes=3, review_price=5.0)
    )
    assert outcome.votes == (2 + 3 + 3 + 2) / 4
    assert (outcome.accepted, outcome.reviewed) == (0.5, 0.5)
    assert (outcome.accepted_accuracy, outcome.accuracy) == (1.0, 1.0)
    assert outcome.cost == pytest.approx(2.5 + 5 * 0.5)
    alone = price_overlaps(BELIEVED, StoppingRule(threshold=0.9, min_votes=2, max_votes=3))
    assert (alone.reviewed, alone.accuracy, alone.cost) == (0.0, 0.75, 2.5)


def test_the_curves_end_at_all_answers_and_rise_with_the_threshold() -> None:
    simulation = simulate_overlaps(BELIEVED)
    assert simulation.fixed.at.tolist() == [1, 2, 3, 4]
    assert simulation.fixed.votes.tolist() == [4, 8, 11, 14]
    assert simulation.fixed.accuracy.tolist() == [0.25, 0.5, 0.75, 1.0]
    assert (simulation.votes, simulation.accuracy, simulation.tasks) == (14, 1.0, 4)
    assert (np.diff(simulation.sequential.votes) >= 0).all()
    assert simulation.sequential.votes[-1] == 14


def test_overlaps_of_many_answers_are_few() -> None:
    assert overlap_points(4).tolist() == [1, 2, 3, 4]
    points = overlap_points(100)
    assert (points[0], points[-1], len(points) <= 16) == (1, 100, True)
