"""Boxes become crops: which ones, and which part of the image each of them is."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from shoal.contracts.ids import crop_id
from shoal.pictures.crops import crop_pixels
from shoal_embedder.domain.crops import Area, BoxOfModel, choose_boxes, pad_area

SIDES = st.tuples(st.floats(0, 1), st.floats(0, 1)).map(sorted).filter(lambda side: side[0] < side[1])
AREAS = st.builds(
    lambda across, down: Area(left=across[0], top=down[0], right=across[1], bottom=down[1]), SIDES, SIDES
)
SCORES = st.none() | st.floats(0, 1)
PIXELS = st.integers(1, 5000)


def boxes_of(drawn: list[tuple[Area, float | None]]) -> list[BoxOfModel]:
    return [
        BoxOfModel(index=index, crop_id=id_of(area), area=area, score=score)
        for index, (area, score) in enumerate(drawn)
    ]


def id_of(area: Area, sample: str = "s1") -> str:
    return crop_id(sample, left=area.left, top=area.top, right=area.right, bottom=area.bottom)


@given(AREAS, st.floats(0, 1))
def test_a_padded_area_stays_in_the_image_and_covers_its_box(area: Area, padding: float) -> None:
    padded = pad_area(area, padding)
    assert 0 <= padded.left <= area.left < area.right <= padded.right <= 1
    assert 0 <= padded.top <= area.top < area.bottom <= padded.bottom <= 1
    across = area.right - area.left
    assert padded.right - padded.left <= (1 + 2 * padding) * across + 1e-12


@given(AREAS, PIXELS, PIXELS)
def test_an_area_covers_at_least_one_pixel_of_the_image(area: Area, width: int, height: int) -> None:
    left, top, right, bottom = crop_pixels((area.left, area.top, area.right, area.bottom), width, height)
    assert 0 <= left < right <= width
    assert 0 <= top < bottom <= height
    assert left <= area.left * width
    assert right >= min(area.right * width, width)


@given(
    st.lists(st.tuples(AREAS, SCORES), max_size=30), PIXELS, PIXELS, st.integers(1, 10), st.integers(1, 200)
)
def test_the_surest_boxes_that_are_large_enough_become_crops(
    drawn: list[tuple[Area, float | None]], width: int, height: int, most: int, smallest: int
) -> None:
    boxes = boxes_of(drawn)
    choice = choose_boxes(boxes, width=width, height=height, most=most, smallest=smallest)
    ids = [box.crop_id for box in choice.boxes]
    assert len(set(ids)) == len(ids) <= most
    assert len(ids) + choice.too_small + choice.above_limit == len({box.crop_id for box in boxes})
    assert choice.above_limit == 0 or len(ids) == most
    for box in choice.boxes:
        assert (box.area.right - box.area.left) * width >= smallest
        assert (box.area.bottom - box.area.top) * height >= smallest
    scores = [-1 if box.score is None else box.score for box in choice.boxes]
    assert scores == sorted(scores, reverse=True)


@given(
    st.lists(AREAS, min_size=1, max_size=10, unique_by=id_of),
    st.lists(st.integers(0, 10**6), min_size=10, max_size=10, unique=True),
    st.randoms(),
)
def test_the_order_of_the_boxes_does_not_matter(areas: list[Area], scores: list[int], chance: object) -> None:
    boxes = boxes_of([(area, score / 10**6) for area, score in zip(areas, scores, strict=False)])
    shuffled = list(boxes)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    shuffled = [replace(box, index=index) for index, box in enumerate(shuffled)]
    first, second = (
        choose_boxes(part, width=640, height=480, most=3, smallest=1) for part in (boxes, shuffled)
    )
    assert [box.crop_id for box in first.boxes] == [box.crop_id for box in second.boxes]


THOUSANDTHS = st.tuples(*[st.integers(0, 1000)] * 4)


@given(THOUSANDTHS, THOUSANDTHS, st.tuples(*[st.floats(-0.0004, 0.0004)] * 4))
def test_a_box_that_is_predicted_again_is_the_same_crop(
    corners: tuple[int, ...], others: tuple[int, ...], noise: tuple[float, ...]
) -> None:
    def of(values: tuple[float, ...], sample: str = "s1") -> str:
        left, top, right, bottom = values
        return crop_id(sample, left=left, top=top, right=right, bottom=bottom)

    exact = tuple(corner / 1000 for corner in corners)
    assert of(tuple(corner + shift for corner, shift in zip(exact, noise, strict=True))) == of(exact)
    assert of(exact, "s2") != of(exact)
    assert (of(tuple(corner / 1000 for corner in others)) == of(exact)) == (corners == others)
