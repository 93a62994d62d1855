"""The task state machine."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoal_gateway.domain.tasks import TaskState, state_after_answers, states_before

STATES = st.sampled_from(TaskState)


@given(STATES)
def test_staying_is_always_allowed(state: TaskState) -> None:
    assert state in states_before(state)


@given(STATES.filter(lambda state: state is not TaskState.CANCELLED))
def test_cancelled_is_the_end(state: TaskState) -> None:
    assert TaskState.CANCELLED not in states_before(state)


def test_everything_may_be_cancelled() -> None:
    assert set(states_before(TaskState.CANCELLED)) == set(TaskState)


def test_a_parked_task_goes_out_again_only_through_planned() -> None:
    after = {to for to in TaskState if TaskState.PARKED in states_before(to)}
    assert after == {TaskState.PARKED, TaskState.PLANNED, TaskState.CANCELLED}


@pytest.mark.parametrize(("answers", "state"), [(0, "open"), (2, "open"), (3, "done"), (4, "done")])
def test_a_task_is_done_when_it_has_the_answers_it_wants(answers: int, state: str) -> None:
    assert state_after_answers(3, answers) == state
