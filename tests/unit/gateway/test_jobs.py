"""The tasks that a job's demand for votes requires."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from shoal_gateway.domain.jobs import Extension, NewTask, Task, needs_review, plan_votes, tasks_to_cancel
from shoal_gateway.domain.tasks import Lane, TaskState


def task(attempt: int = 1, votes: int = 2, **more: object) -> Task:
    made = Task(
        external_id=f"t{attempt}",
        job_id="job",
        project="news",
        provider="acme",
        lane=Lane.LABEL,
        attempt=attempt,
        votes=votes,
    )
    return replace(made, **more)  # type: ignore[arg-type]


@given(
    st.lists(st.integers(1, 8), min_size=1, max_size=6),
    st.booleans(),
    st.lists(st.booleans(), min_size=6, max_size=6),
)
def test_the_tasks_always_add_up_to_the_votes_wanted(
    totals: list[int], extends: bool, cancels: list[bool]
) -> None:
    tasks: list[Task] = []
    for total, cancel in zip(totals, cancels, strict=False):
        step = plan_votes(tasks, total, extends=extends, replaces_skips=True)
        match step:
            case NewTask(attempt, votes):
                tasks.append(task(attempt, votes))
            case Extension(external_id, votes):
                tasks = [replace(t, votes=votes) if t.external_id == external_id else t for t in tasks]
        assert plan_votes(tasks, total, extends=extends, replaces_skips=True) is None
        if cancel:
            tasks = [replace(t, state=TaskState.CANCELLED, answers=0) for t in tasks]
    assert len({t.attempt for t in tasks}) == len(tasks)


def test_more_votes_extend_the_task_if_the_provider_can() -> None:
    assert plan_votes([task()], 3, extends=True, replaces_skips=True) == Extension("t1", 3)
    assert plan_votes([task()], 3, extends=False, replaces_skips=True) == NewTask(2, 1)


def test_answers_of_a_cancelled_task_count() -> None:
    cancelled = task(state=TaskState.CANCELLED, answers=2)
    assert plan_votes([cancelled], 3, extends=True, replaces_skips=True) == NewTask(2, 1)


def test_a_skip_is_replaced_if_the_provider_does_not_replace_it() -> None:
    skipped = task(skips=1)
    assert plan_votes([skipped], 2, extends=True, replaces_skips=False) == Extension("t1", 3)
    assert plan_votes([skipped], 2, extends=True, replaces_skips=True) is None


def test_a_skip_of_a_cancelled_task_is_not_replaced() -> None:
    cancelled = task(state=TaskState.CANCELLED, answers=1, skips=1)
    assert plan_votes([cancelled], 2, extends=True, replaces_skips=False) == NewTask(2, 1)


def test_a_review_is_no_vote_and_there_is_one_at_a_time() -> None:
    review = task(2, 1, lane=Lane.REVIEW, state=TaskState.OPEN)
    assert plan_votes([review], 1, extends=True, replaces_skips=True) == NewTask(1, 1)
    assert not needs_review([review])
    assert needs_review([replace(review, state=TaskState.DONE)])


def test_finished_tasks_are_taken_back_only_with_their_content() -> None:
    tasks = [task(1), task(2, state=TaskState.DONE), task(3, state=TaskState.CANCELLED)]
    assert [t.attempt for t in tasks_to_cancel(tasks, finished_too=False)] == [1]
    assert [t.attempt for t in tasks_to_cancel(tasks, finished_too=True)] == [1, 2]
