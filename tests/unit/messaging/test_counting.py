"""Pending dead letters by reason: new ones are added, replayed and deleted ones leave."""

from shoal.messaging.dead_letters.counting import MOST_READ, LetterCount


def letters(first: int, *reasons: str) -> list[tuple[int, str]]:
    return list(enumerate(reasons, first))


def test_letters_are_counted_by_reason() -> None:
    count = LetterCount()
    count.add(letters(0, "bad_vector", "no_encoder", "bad_vector"))
    assert count.reasons() == {"bad_vector": 2, "no_encoder": 1}
    assert count.next_offset == 3


def test_reasons_outside_the_set_are_other() -> None:
    count = LetterCount()
    count.add(letters(0, "', drop", "", "handler_error"))
    assert count.reasons() == {"other": 2, "handler_error": 1}


def test_replayed_letters_leave_the_count() -> None:
    count = LetterCount()
    count.add(letters(0, "bad_vector", "no_encoder", "bad_vector"))
    count.begin_at(2)
    assert count.reasons() == {"bad_vector": 1}
    count.add(letters(3, "no_encoder"))
    assert count.reasons() == {"bad_vector": 1, "no_encoder": 1}


def test_a_topic_that_was_deleted_or_a_group_that_was_reset_is_read_again() -> None:
    for first in (0, 90):
        count = LetterCount()
        count.begin_at(40)
        count.add(letters(40, "bad_vector"))
        count.begin_at(first)
        assert count.reasons() == {}
        assert count.next_offset == first


def test_offsets_without_a_letter_and_letters_that_come_again_do_not_count() -> None:
    count = LetterCount()
    count.add([(0, "bad_vector"), (5, "bad_vector"), (5, "bad_vector")])
    assert count.reasons() == {"bad_vector": 2}
    assert count.next_offset == 6


def test_a_limited_number_of_letters_is_kept() -> None:
    count = LetterCount()
    count.add(letters(0, *["bad_vector"] * 1000))
    assert count.room == MOST_READ - 1000
