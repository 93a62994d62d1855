"""A bad deployment pauses its consumer; bad data never does, and no pause is the last."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoal.messaging.consuming.consumer import FaultPolicy
from shoal.messaging.consuming.faults import FaultWatch, Outcome, Result

POLICY = FaultPolicy(burst=5, window=20, probe_records=2, first_pause_s=1, longest_pause_s=60)
FAULT, REFUSAL, SUCCESS = Result.FAULT, Result.REFUSAL, Result.SUCCESS


def outcomes(result: Result, count: int, projects: int = 3) -> list[Outcome]:
    """Return outcomes of `count` records, each with a key of its own, spread over projects."""
    return [Outcome(result, f"project-{n % projects}", str(n).encode()) for n in range(count)]


def test_faults_over_several_projects_pause_longer_and_longer_with_a_few_records_between() -> None:
    watch = FaultWatch(POLICY)
    assert watch.note_outcomes(outcomes(FAULT, 5)) == 0
    assert watch.most_records(500) == 500
    waits = [watch.note_outcomes(outcomes(FAULT, 2)) for _ in range(9)]
    assert 0.5 <= waits[0] <= 1
    assert all(0.5 * min(60, 2**n) <= wait <= min(60, 2**n) for n, wait in enumerate(waits))
    assert watch.most_records(500) == 2
    assert "projects project-0, project-1, project-2" in watch.reason


def test_one_success_ends_it() -> None:
    watch = FaultWatch(POLICY)
    assert watch.note_outcomes(outcomes(FAULT, 6)) > 0
    assert watch.note_outcomes([*outcomes(FAULT, 1), *outcomes(SUCCESS, 1)]) == 0
    assert (watch.reason, watch.most_records(500)) == ("", 500)
    assert watch.note_outcomes(outcomes(FAULT, 5)) == 0


def test_a_probe_that_meets_only_refusals_decides_nothing() -> None:
    watch = FaultWatch(POLICY)
    watch.note_outcomes(outcomes(FAULT, 6))
    assert watch.note_outcomes(outcomes(REFUSAL, 2)) == 0
    assert watch.most_records(500) == 2
    assert watch.note_outcomes(outcomes(FAULT, 1)) > 0


@pytest.mark.parametrize(
    "batch",
    [
        outcomes(REFUSAL, 5000),
        outcomes(FAULT, 5000, projects=1),
        [Outcome(FAULT, f"project-{n % 3}", b"one key") for n in range(2)] * 50,
    ],
    ids=["refusals", "one project", "two keys"],
)
def test_judgements_about_data_and_faults_of_one_project_or_key_never_pause(batch: list[Outcome]) -> None:
    assert FaultWatch(POLICY).note_outcomes(batch[:-1]) == 0


def test_faults_of_records_without_a_readable_project_pause() -> None:
    assert FaultWatch(POLICY).note_outcomes([Outcome(FAULT, key=bytes([n])) for n in range(6)]) > 0


def test_a_share_of_faults_in_a_full_window_pauses() -> None:
    watch = FaultWatch(POLICY)
    mixed = [
        outcome for pair in zip(outcomes(FAULT, 9), outcomes(SUCCESS, 9), strict=True) for outcome in pair
    ]
    assert watch.note_outcomes(mixed) == 0
    assert watch.note_outcomes(outcomes(FAULT, 2)) > 0


def test_pauses_can_be_turned_off() -> None:
    watch = FaultWatch(FaultPolicy(burst=5, longest_pause_s=0))
    assert watch.note_outcomes(outcomes(FAULT, 50)) == 0
    assert watch.most_records(500) == 500


@given(st.lists(st.sampled_from(Result), max_size=300))
def test_every_record_is_taken_in_the_end_and_a_success_ends_every_pause(results: list[Result]) -> None:
    watch = FaultWatch(POLICY)
    left = [Outcome(result, f"p{n % 4}", bytes([n % 256])) for n, result in enumerate(results)]
    while left:
        probing = watch.most_records(500) < 500
        size = watch.most_records(min(12, len(left)))
        assert size >= 1
        part, left = left[:size], left[size:]
        pause = watch.note_outcomes(part)
        assert 0 <= pause <= POLICY.longest_pause_s
        assert bool(watch.reason) == (watch.most_records(500) < 500)
        if probing and any(outcome.result is SUCCESS for outcome in part):
            assert (pause, watch.reason) == (0, "")
