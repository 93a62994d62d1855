"""Votes on words."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoal_qa.domain.shapes.wordings import vote_words

WORD = st.sampled_from(["eel", "net", "reef", "tide", "wave"])


@pytest.mark.parametrize(
    ("texts", "merged"),
    [
        (("the old net broke", "the odd net broke", "an old net broke"), "the old net broke"),
        (("the old net", "the old net broke", "the old net broke"), "the old net broke"),
        (("the very old net broke", "the old net broke", "the old net broke"), "the old net broke"),
        (("net broke", "the old net broke", "the old net broke"), "the old net broke"),
        (("one two", "three four"), "one two"),  # the backbone wins ties
    ],
)
def test_each_word_is_that_of_the_majority(texts: Sequence[str], merged: str) -> None:
    assert " ".join(vote_words([text.split() for text in texts], 0)) == merged


@given(st.lists(WORD, max_size=12), st.integers(1, 5))
def test_equal_texts_stay_as_they_are(words: list[str], people: int) -> None:
    assert vote_words([words] * people, people - 1) == words


@given(st.lists(WORD, min_size=3, max_size=10, unique=False), st.data())
def test_three_texts_with_one_wrong_word_each_give_the_right_one(
    words: list[str], data: st.DataObject
) -> None:
    places = data.draw(st.permutations(range(len(words))))[:3]
    texts = [[*words[:at], f"wrong-{at}", *words[at + 1 :]] for at in places]
    assert vote_words(texts, 0) == words
