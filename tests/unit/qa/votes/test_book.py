"""No vote is counted twice, under any order, duplication or revision of events."""

from hypothesis import given
from hypothesis import strategies as st

from shoal_qa.domain.votes.book import Annotation, VoteBook

revisions = st.builds(
    Annotation,
    job=st.sampled_from(["j1", "j2"]),
    annotator=st.sampled_from(["ann", "bob", "cy"]),
    annotation=st.sampled_from(["a1", "a2", "a3"]),
    revision=st.integers(1, 4),
    at=st.floats(0, 100),
    label=st.sampled_from(["x", "y", None]),
)


def state(book: VoteBook) -> list[object]:
    return [book.votes(job) for job in ("j1", "j2")]


@given(st.lists(revisions, max_size=25), st.randoms())
def test_order_and_duplicates_do_not_matter(events: list[Annotation], chance: object) -> None:
    shuffled = [*events, *events]
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert state(VoteBook(events)) == state(VoteBook(shuffled))


@given(st.lists(revisions, max_size=25))
def test_an_annotator_has_at_most_one_vote_on_a_job(events: list[Annotation]) -> None:
    book = VoteBook(events)
    for job in ("j1", "j2"):
        names = [vote.annotator for vote in book.votes(job)]
        assert len(names) == len(set(names))


@given(st.lists(revisions, max_size=20), st.lists(revisions, max_size=20))
def test_shards_merge_to_the_same_votes(one: list[Annotation], other: list[Annotation]) -> None:
    parts = [list(VoteBook(events).annotations()) for events in (one, other)]
    left, right = VoteBook([*parts[0], *parts[1]]), VoteBook([*parts[1], *parts[0]])
    assert state(left) == state(right) == state(VoteBook([*one, *other]))


def test_an_edit_replaces_and_a_deletion_removes() -> None:
    first = Annotation(job="j", annotator="ann", annotation="a", revision=1, at=1.0, label="x")
    edit = Annotation(job="j", annotator="ann", annotation="a", revision=2, at=2.0, label="y")
    gone = Annotation(job="j", annotator="ann", annotation="a", revision=3, at=3.0, label=None)
    assert [vote.label for vote in VoteBook([edit, first]).votes("j")] == ["y"]
    assert VoteBook([gone, edit, first]).votes("j") == []
