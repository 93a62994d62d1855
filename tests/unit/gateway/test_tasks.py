"""The task state machine."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoal_gateway.domain.tasks import IllegalMove, TaskState, move, settled, sources

STATES = st.sampled_from(TaskState)


@given(STATES)
def test_staying_is_always_allowed(state: TaskState) -> None:
    assert move(state, state) is state


@given(STATES.filter(lambda state: state is not TaskState.CANCELLED))
def test_cancelled_is_the_end(state: TaskState) -> None:
    with pytest.raises(IllegalMove, match="cancelled"):
        move(TaskState.CANCELLED, state)


@given(STATES)
def test_everything_may_be_cancelled(state: TaskState) -> None:
    assert move(state, TaskState.CANCELLED) is TaskState.CANCELLED


@given(STATES, STATES)
def test_sources_are_the_guard_of_move(state: TaskState, to: TaskState) -> None:
    if state in sources(to):
        assert move(state, to) is to
    else:
        with pytest.raises(IllegalMove):
            move(state, to)


def test_a_parked_task_goes_out_again_only_through_planned() -> None:
    assert TaskState.OPEN not in {to for to in TaskState if TaskState.PARKED in sources(to)}
    assert move(TaskState.PARKED, TaskState.PLANNED) is TaskState.PLANNED


@pytest.mark.parametrize(("answers", "state"), [(0, "open"), (2, "open"), (3, "done"), (4, "done")])
def test_a_task_is_done_when_it_has_the_answers_it_wants(answers: int, state: str) -> None:
    assert settled(3, answers) == state
