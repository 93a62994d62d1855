"""Revisions: no vote is counted twice under any order or duplication."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from revisionskit import count_answers, latest_revisions
from shoal_gateway.domain.annotations import (
    Annotation,
    new_revisions,
    price_of,
)

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def annotation(
    annotation_id: str = "a", revision: int = 1, action: str = "submitted", **more: object
) -> Annotation:
    fields: dict[str, object] = {
        "external_id": "t",
        "annotation_id": annotation_id,
        "revision": revision,
        "action": action,
        "annotator": f"w-{annotation_id}",
        "label": "earn" if action in ("submitted", "updated") else None,
        "reason": "",
        "submitted_at": NOW,
    }
    return Annotation(**{**fields, **more})  # type: ignore[arg-type]


REVISIONS = st.lists(
    st.builds(
        annotation,
        annotation_id=st.sampled_from("abc"),
        revision=st.integers(1, 4),
        action=st.sampled_from(["submitted", "updated", "deleted", "skipped"]),
    ),
    max_size=12,
    unique_by=lambda item: item.key,
)


@given(REVISIONS, st.data())
def test_votes_do_not_depend_on_order_or_duplicates(log: list[Annotation], data: st.DataObject) -> None:
    shuffled = data.draw(st.permutations(log + log[: len(log) // 2]))
    assert count_answers(new_revisions(shuffled, ())) == count_answers(log)
    assert latest_revisions(shuffled) == latest_revisions(log)


@given(REVISIONS)
def test_stored_revisions_are_never_new(log: list[Annotation]) -> None:
    assert new_revisions(log, [item.key for item in log]) == []


def test_two_copies_in_one_page_are_one() -> None:
    assert len(new_revisions([annotation(), annotation()], ())) == 1


def test_a_deleted_answer_is_no_vote_and_comes_back_with_a_later_revision() -> None:
    log = [annotation(), annotation(revision=2, action="deleted")]
    assert count_answers(log) == 0
    assert count_answers([*log, annotation(revision=3)]) == 1


def test_two_answers_of_one_annotator_are_one_vote() -> None:
    assert count_answers([annotation("a", annotator="w"), annotation("b", annotator="w")]) == 1


def test_only_a_first_answer_costs_the_agreed_price() -> None:
    assert price_of(annotation(), 0.04) == 0.04
    assert price_of(annotation(revision=2, action="updated"), 0.04) == 0.0
    assert price_of(annotation(action="skipped"), 0.04) == 0.0
    assert price_of(annotation(price=0.1), 0.04) == 0.1
