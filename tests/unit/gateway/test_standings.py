"""One vote of a person counts, and no more votes than were requested."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from shoal_gateway.domain.annotations import Action, Annotation, price_of
from shoal_gateway.domain.standings import Standing, Standings

COUNTS, REPEATS, SURPLUS = Standing.COUNTS, Standing.REPEATS, Standing.SURPLUS


def revision(who: str, number: int = 1, action: Action = "submitted", task: str = "t1") -> Annotation:
    return Annotation(
        external_id=task,
        annotation_id=f"{who}@{task}",
        revision=number,
        action=action,
        annotator=who,
        label="x" if action in ("submitted", "updated") else None,
        reason="",
        submitted_at=datetime(2026, 1, 1, tzinfo=UTC),
    )


def judge(*items: Annotation, votes: int = 2, most: int = 9) -> list[Standing]:
    standings = Standings(())
    return [standings.judge(item, "j1", votes=votes, most=most) for item in items]


def test_answers_beyond_those_requested_are_surplus() -> None:
    assert judge(*map(revision, "abcd")) == [COUNTS, COUNTS, SURPLUS, SURPLUS]


def test_edits_of_a_counted_answer_count_and_those_of_a_surplus_one_do_not() -> None:
    items = [*map(revision, "abc"), revision("a", 2, "updated"), revision("c", 2, "updated")]
    assert judge(*items)[3:] == [COUNTS, SURPLUS]


def test_a_deleted_answer_frees_its_place() -> None:
    items = [*map(revision, "ab"), revision("a", 2, "deleted"), revision("c"), revision("a", 3)]
    assert judge(*items) == [COUNTS, COUNTS, COUNTS, COUNTS, SURPLUS]


def test_the_second_task_of_a_person_repeats() -> None:
    assert judge(revision("a"), revision("a", task="t2"), revision("b", task="t2")) == [
        COUNTS,
        REPEATS,
        COUNTS,
    ]


def test_a_job_takes_no_more_votes_than_its_campaign_reserved() -> None:
    items = [revision("a"), revision("b", task="t2"), revision("c", task="t3")]
    assert judge(*items, most=2) == [COUNTS, COUNTS, SURPLUS]


def test_an_unrequested_skip_is_surplus() -> None:
    assert judge(*map(revision, "ab"), revision("c", action="skipped"))[2] is SURPLUS


def test_jobs_do_not_meet() -> None:
    standings = Standings(())
    assert standings.judge(revision("a"), "j1", votes=1, most=1) is COUNTS
    assert standings.judge(revision("a", task="t9"), "j2", votes=1, most=1) is COUNTS


def test_an_answer_that_is_submitted_again_is_paid_once() -> None:
    standings = Standings(())
    first, again = revision("a"), revision("a", 2)
    standings.judge(first, "j1", votes=2, most=2)
    assert standings.is_edit(again)
    assert price_of(again, 0.1, is_edit=True) == 0.0


ACTIONS = st.sampled_from(["submitted", "updated", "deleted", "skipped"])


@given(st.lists(st.tuples(st.sampled_from("abcde"), st.sampled_from(["t1", "t2"]), ACTIONS), max_size=30))
def test_never_more_counted_people_than_requested(steps: list[tuple[str, str, Action]]) -> None:
    standings = Standings(())
    live: dict[tuple[str, str], bool] = {}
    for number, (who, task, action) in enumerate(steps, start=1):
        item = revision(who, number, action, task)
        standing = standings.judge(item, "j1", votes=2, most=3)
        live[task, who] = item.is_vote and standing is not SURPLUS
        assert len({who for (_, who), counts in live.items() if counts}) <= 3


@given(st.lists(st.tuples(st.sampled_from("abcde"), ACTIONS), max_size=30))
def test_never_more_counted_answers_than_a_task_wants(steps: list[tuple[str, Action]]) -> None:
    standings = Standings(())
    live: dict[str, bool] = {}
    for number, (who, action) in enumerate(steps, start=1):
        item = revision(who, number, action)
        live[who] = standings.judge(item, "j1", votes=2, most=9) is not SURPLUS and item.is_vote
        assert sum(live.values()) <= 2
