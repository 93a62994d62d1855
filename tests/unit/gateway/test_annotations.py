"""Revisions: no vote is counted twice under any order or duplication."""

from datetime import UTC, datetime

import pytest
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
    fresh, conflicts = new_revisions(shuffled, ())
    assert count_answers(fresh) == count_answers(log)
    assert conflicts == []
    assert latest_revisions(shuffled) == latest_revisions(log)


@given(REVISIONS)
def test_stored_revisions_are_never_new(log: list[Annotation]) -> None:
    assert new_revisions(log, log) == ([], [])


def test_two_copies_in_one_page_are_one() -> None:
    assert new_revisions([annotation(), annotation(price=0.1, duration_s=2.0)], ()) == ([annotation()], [])


@pytest.mark.parametrize("is_stored", [False, True])
def test_what_contradicts_an_earlier_revision_is_no_copy_of_it(is_stored: bool) -> None:
    first = annotation()
    odd = {
        "changed_revision": [annotation(label="acq"), annotation(action="deleted")],
        "id_of_another_task": [annotation(external_id="u"), annotation(revision=2, external_id="u")],
    }
    items = [item for some in odd.values() for item in some]
    fresh, conflicts = new_revisions(items if is_stored else [first, *items], [first] * is_stored)
    assert fresh == ([] if is_stored else [first])
    assert [(one.reason, one.annotation) for one in conflicts] == [
        (reason, item) for reason, some in odd.items() for item in some
    ]


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
