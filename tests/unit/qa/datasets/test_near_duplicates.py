"""Near-duplicates across splits: similar texts are found, others are not."""

import random

import numpy as np
import pytest

from shoal_qa.domain.near_duplicates.samples import Duplicates, ShownSample, SplitDuplicates
from shoal_qa.domain.near_duplicates.texts import SIMILAR, estimate_similarity, text_signature

WORDS = [f"word{number}" for number in range(4000)]


def sentence(draws: random.Random, length: int = 60) -> list[str]:
    return [draws.choice(WORDS) for _ in range(length)]


def shingles(words: list[str]) -> set[tuple[str, ...]]:
    return {tuple(words[index : index + 3]) for index in range(len(words) - 2)}


def jaccard(one: list[str], other: list[str]) -> float:
    return len(shingles(one) & shingles(other)) / len(shingles(one) | shingles(other))


def test_the_share_of_equal_hashes_estimates_the_similarity() -> None:
    draws = random.Random(3)
    errors = []
    for _ in range(200):
        words = sentence(draws)
        other = words[: draws.randrange(20, 60)] + sentence(draws, 20)
        one, two = (text_signature(" ".join(part))[None] for part in (words, other))
        errors.append(float(estimate_similarity(one, two)[0]) - jaccard(words, other))
    assert abs(np.mean(errors)) < 0.02
    assert np.std(errors) < 0.07


def test_similar_texts_of_other_splits_are_found_and_no_others() -> None:
    draws = random.Random(5)
    duplicates, similar, total = SplitDuplicates(), 0, 0
    for number in range(300):
        words = sentence(draws)
        changed = [*words]
        changed[draws.randrange(60)] = "changed"  # similarity 55/61 = 0.90, or more at the ends
        rows = [(f"a{number}", "train", " ".join(words)), (f"b{number}", "test", " ".join(changed))]
        duplicates.add(ShownSample(*row) for row in rows)
        duplicates.add([ShownSample(f"c{number}", "train", " ".join(sentence(draws)))])
    for pair in duplicates.find(1000).examples:
        assert {pair.samples[0][1:]} == {pair.samples[1][1:]}
        assert set(pair.splits) == {"train", "test"}
        assert pair.similarity >= SIMILAR
        total += 1
        similar += pair.samples[0].startswith("a")
    assert total == 2 * similar
    assert similar >= 285


@pytest.mark.parametrize("text", ["Wheat", "wheat!", "  WHEAT "])
def test_short_texts_are_compared_as_wholes(text: str) -> None:
    duplicates = SplitDuplicates()
    texts = {"a": "Wheat", "b": text, "c": "Corn", "d": "…"}
    duplicates.add(
        ShownSample(name, "train" if name == "a" else "test", words) for name, words in texts.items()
    )
    assert {pair.samples for pair in duplicates.find(10).examples} == {("a", "b"), ("b", "a")}


def test_samples_of_one_split_are_no_pair() -> None:
    duplicates = SplitDuplicates()
    duplicates.add(ShownSample(name, "train", "the same words") for name in "ab")
    assert duplicates.find(10) == Duplicates(0, [])
    assert SplitDuplicates().find(10) == Duplicates(0, [])


def test_a_sample_has_one_partner_in_each_other_split_and_counts_once() -> None:
    duplicates = SplitDuplicates()
    splits = ("train", "train", "test", "validation")
    duplicates.add(ShownSample(f"s{number}", split, "the same words") for number, split in enumerate(splits))
    found = duplicates.find(20)
    assert found.samples == 4
    assert [pair.samples for pair in found.examples] == [
        ("s0", "s2"),
        ("s0", "s3"),
        ("s1", "s2"),
        ("s1", "s3"),
        ("s2", "s0"),
        ("s2", "s3"),
        ("s3", "s0"),
        ("s3", "s2"),
    ]
    assert len(duplicates.find(3).examples) == 3
