"""Images with crops: as similar to an example as their most similar object."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoal_sampler.domain.campaigns.campaign import Selection
from shoal_sampler.domain.campaigns.parts import nearest_parts
from shoal_sampler.domain.campaigns.samples import Sample, content_hash, crop_hash
from shoal_sampler.domain.strategies.more_like_these import campaign_similarities
from shoal_sampler.domain.vectors.rows import Vectors
from unit.sampler.campaigns.test_deciding import campaign, run, sample, stand, taken

FISH, CRAB, REEF = np.eye(16, dtype=np.float32)[:3]


def photo(number: int, whole: Vectors, *crops: Vectors, generation: str = "g") -> Sample:
    crop_vectors = np.stack(crops) if crops else np.empty((0, 16), np.float32)
    return replace(
        sample(number),
        vector=whole,
        crop_generation=generation if crops else None,
        crop_vectors=crop_vectors,
    )


def like(generation: str = "g", *examples: Vectors, **more: object) -> Selection:
    return campaign(
        "more_like_these",
        share=None,
        threshold=0.9,
        duplicate_similarity=1.1,
        generation=generation,
        examples=np.stack(examples or (FISH,)),
        **more,
    ).selection


def test_an_image_is_taken_for_one_of_its_crops_and_once() -> None:
    photos = [photo(0, REEF, CRAB, FISH, FISH), photo(1, REEF, CRAB), photo(2, REEF), photo(3, FISH)]
    given = campaign(
        "more_like_these",
        share=None,
        threshold=0.9,
        duplicate_similarity=1.1,
        generation="g",
        examples=FISH[None],
    )
    standing = stand(given)
    assert taken(run(photos, [standing])) == ["s0", "s3"]
    assert (standing.samples_seen, standing.samples_taken, standing.ledger.jobs) == (4, 2, 2)


def test_an_object_that_a_counter_example_is_closer_to_does_not_hide_another_one() -> None:
    selection = like("g", FISH, counter_examples=CRAB[None])
    nearest = nearest_parts([photo(0, CRAB, CRAB, FISH), photo(1, CRAB, CRAB)], selection)
    scores = campaign_similarities(nearest, [(selection.examples, selection.counter_examples)])[0]
    assert scores.tolist() == [1.0, -1.0]


def test_crops_of_another_generation_are_compared_and_the_image_is_not() -> None:
    other = photo(0, FISH, CRAB, generation="crops")
    given = campaign("more_like_these", share=None, threshold=0.9, generation="crops", examples=CRAB[None])
    plain = photo(1, CRAB)
    standing = stand(given)
    assert taken(run([other, plain], [standing])) == ["s0"]
    assert standing.eligible == 1
    assert taken(run([other], [stand(replace(given, selection=like("crops", FISH)))])) == []


@given(st.lists(st.integers(0, 4), min_size=1, max_size=8), st.integers(0, 99))
def test_the_nearest_part_is_the_best_of_all(counts: list[int], seed: int) -> None:
    chance = np.random.default_rng(seed)

    def vectors(number: int) -> Vectors:
        rows = chance.normal(size=(number, 16)).astype(np.float32)
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)

    photos = [photo(number, vectors(1)[0], *vectors(count)) for number, count in enumerate(counts)]
    selection = like("g", *vectors(2))
    nearest = nearest_parts(photos, selection) @ selection.examples.T
    for row, item in zip(nearest, photos, strict=True):
        every = np.concatenate([item.vector[None], item.crop_vectors]) @ selection.examples.T
        assert row.max() == pytest.approx(every.max(), abs=1e-5)


def test_crops_repeat_crops_of_equal_images_only() -> None:
    first, second = content_hash(None, "media:a", "aa"), content_hash(None, "media:b", "bb")
    corners = (0.1, 0.2, 0.4, 0.5)
    assert crop_hash(first, corners) == crop_hash(first, (0.10001, 0.2, 0.4, 0.5))
    hashes = [
        first,
        crop_hash(first, corners),
        crop_hash(second, corners),
        crop_hash(first, (0, 0.2, 0.4, 0.5)),
    ]
    assert len(set(hashes)) == 4
