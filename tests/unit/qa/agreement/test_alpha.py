"""Krippendorff's alpha against the package of that name, NLTK's published example, and plain double loops."""

from itertools import combinations, pairwise

import krippendorff
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoal_qa.domain.agreement.alpha import Alpha, Level, alpha_of_values, alpha_of_votes
from shoal_qa.domain.agreement.distances import SetDistance, box_iou, edit_distance, relative_distance
from shoal_qa.domain.votes.arrays import name_votes
from unit.qa.oracles import alpha_of_items, krippendorff_alpha

LEVELS: list[Level] = ["nominal", "ordinal", "interval", "ratio"]
answers = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 4)), min_size=4, max_size=40)


def rng() -> np.random.Generator:
    return np.random.default_rng(0)


def plain(unit: list[int], distance: list[list[float]]) -> float | None:
    """Return alpha by its definition, answer by answer."""
    kept = [i for i, u in enumerate(unit) if unit.count(u) > 1]
    pairs = list(combinations(kept, 2))
    expected = np.mean([distance[i][j] for i, j in pairs]) if pairs else 0
    if not expected:
        return None
    observed = [np.mean([distance[i][j] for j in kept if j != i and unit[j] == unit[i]]) for i in kept]
    return float(1 - np.mean(observed) / expected)


@given(answers, st.sampled_from(LEVELS))
def test_values_as_the_krippendorff_package_has_them(found: list[tuple[int, int]], level: Level) -> None:
    units, values = map(np.array, zip(*found, strict=True))
    ours = alpha_of_values(units, values.astype(float), level)
    counts = np.zeros((6, 5))
    np.add.at(counts, (units, values), 1)
    paired = counts[counts.sum(axis=1) > 1]
    if len(paired) == 0 or (paired.sum(axis=0) > 0).sum() < 2:
        assert ours.value is None
        return
    theirs = krippendorff.alpha(value_counts=counts, value_domain=np.arange(5.0), level_of_measurement=level)
    assert ours.value == pytest.approx(theirs, abs=1e-9)


def test_krippendorff_s_own_example() -> None:
    """Table C of "Computing Krippendorff's Alpha-Reliability": four observers, twelve units, some missing."""
    x = None
    table = [
        [1, 2, 3, 3, 2, 1, 4, 1, 2, x, x, x],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, x, 3],
        [x, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, x],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, x],
    ]
    flat = [(u, v) for row in table for u, v in enumerate(row) if v is not None]
    units, values = map(np.array, zip(*flat, strict=True))
    found = [round(alpha_of_values(units, values.astype(float), level).value or 0, 3) for level in LEVELS]
    assert found == [0.743, 0.815, 0.849, 0.797]


@given(answers)
def test_votes_as_the_metric_of_the_service_has_them(found: list[tuple[int, int]]) -> None:
    votes = name_votes([(f"t{u}", f"a{i}", f"c{v}") for i, (u, v) in enumerate(found)]).votes
    ours, other = alpha_of_votes(votes).value, krippendorff_alpha(votes)
    assert ours == (None if other is None else pytest.approx(other, abs=1e-9))


@given(answers)
def test_votes_have_the_alpha_and_the_interval_of_nominal_values(found: list[tuple[int, int]]) -> None:
    votes = name_votes([(f"t{u}", f"a{i}", f"c{v}") for i, (u, v) in enumerate(found)]).votes
    ours = alpha_of_votes(votes)
    expected = alpha_of_values(votes.task, votes.label.astype(float), "nominal")
    assert (ours.units, ours.answers) == (expected.units, expected.answers)
    for one, other in zip(
        (ours.value, ours.low, ours.high), (expected.value, expected.low, expected.high), strict=True
    ):
        assert one == (None if other is None else pytest.approx(other, abs=1e-9))


@given(
    st.lists(st.tuples(st.integers(0, 3), st.sets(st.integers(0, 3))), min_size=2, max_size=15), st.booleans()
)
def test_sets_as_a_plain_loop_has_them(found: list[tuple[int, set[int]]], masi: bool) -> None:
    def distance(one: set[int], other: set[int]) -> float:
        if one == other:
            return 0.0
        m = 2 / 3 if one <= other or other <= one else 1 / 3 if one & other else 0
        return 1 - len(one & other) / len(one | other) * (m if masi else 1)

    units = [u for u, _ in found]
    members = np.array([[k in s for k in range(4)] for _, s in found])
    ours = alpha_of_items(np.array(units), SetDistance(members, "masi" if masi else "jaccard"), rng())
    theirs = plain(units, [[distance(a, b) for _, b in found] for _, a in found])
    assert ours.value == (None if theirs is None else pytest.approx(theirs, abs=1e-9))


def test_texts_as_a_plain_loop_has_them() -> None:
    random = rng()
    units = random.integers(5, size=25)
    texts = ["".join(random.choice(list("abc"), random.integers(0, 6))) for _ in units]
    every = [[relative_distance(one, other) for other in texts] for one in texts]

    def distance(first: np.ndarray, second: np.ndarray) -> np.ndarray:
        return np.array(every)[first, second]

    assert alpha_of_items(units, distance, rng()).value == pytest.approx(plain(units.tolist(), every))


def test_a_sample_of_pairs_is_near_all_of_them() -> None:
    random = rng()
    truth = random.uniform(0, 10, 300)
    units = np.repeat(np.arange(300), 4)
    value = truth[units] + random.normal(0, 0.1, 1200)

    def distance(first: np.ndarray, second: np.ndarray) -> np.ndarray:
        return np.minimum(np.abs(value[first] - value[second]), 1)

    exact, sampled = (alpha_of_items(units, distance, rng(), pairs).value for pairs in (10**6, 50_000))
    assert sampled == pytest.approx(exact, abs=0.01)


def test_the_interval_holds_alpha_in_nineteen_of_twenty_projects() -> None:
    """Votes of skilled annotators: the mean of many estimates is the alpha that intervals must contain."""
    found = [_simulated(seed) for seed in range(300)]
    middle = np.mean([each.value for each in found])
    held = np.mean([each.low <= middle <= each.high for each in found])  # type: ignore[operator]
    assert 0.91 <= held <= 0.99


def _simulated(seed: int) -> Alpha:
    random = np.random.default_rng(seed)
    truth = np.repeat(random.integers(3, size=150), 4)
    value = np.where(random.random(600) < 0.7, truth, random.integers(3, size=600))
    return alpha_of_values(np.repeat(np.arange(150), 4), value.astype(float), "nominal")


def test_what_cannot_vary_has_no_alpha() -> None:
    assert alpha_of_values(np.array([0, 0, 1, 1]), np.ones(4), "nominal") == Alpha(
        value=None, low=None, high=None, units=2, answers=4
    )
    assert alpha_of_values(np.array([0, 1]), np.array([1.0, 2.0]), "interval") == Alpha(
        value=None, low=None, high=None, units=0, answers=0
    )


def test_values_off_the_scale_are_refused() -> None:
    with pytest.raises(ValueError, match="finite"):
        alpha_of_values(np.array([0, 0]), np.array([1.0, np.inf]), "interval")
    with pytest.raises(ValueError, match="ratio"):
        alpha_of_values(np.array([0, 0]), np.array([1.0, -1.0]), "ratio")


@given(st.text("abc", max_size=12), st.text("abc", max_size=12))
def test_edit_distance_is_the_dynamic_programme(one: str, other: str) -> None:
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        new = [i]
        for j, b in enumerate(other, 1):
            new.append(min(row[j] + 1, new[-1] + 1, row[j - 1] + (a != b)))
        row = new
    assert edit_distance(one, other) == row[-1]


def test_iou_by_hand() -> None:
    boxes = np.array([[0, 0, 2, 2], [1, 1, 3, 3], [0, 0, 2, 1], [5, 5, 5, 5], [2, 2, 1, 1]], float)
    found = [float(box_iou(a, b)) for a, b in pairwise(boxes)]
    assert found == pytest.approx([1 / 7, 0, 0, 0])
    assert box_iou(boxes[0], boxes[2]) == pytest.approx(0.5)
