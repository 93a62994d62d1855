"""Ids and Kafka keys: two projects with the same names never share one."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from shoal.contracts.base import NAME_PATTERN
from shoal.contracts.ids import job_id, sample_id
from shoal.contracts.samples import SampleErased

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
NAMES = st.from_regex(NAME_PATTERN, fullmatch=True).filter(lambda name: len(name) <= 128)
IDS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=20)


@given(NAMES, NAMES, st.text(max_size=20), st.integers(1, 9), st.sampled_from(["label", "audit", "gold"]))
def test_ids_of_two_projects_differ(first: str, second: str, name: str, major: int, purpose: str) -> None:
    if first != second:
        assert sample_id(first, "wire", name) != sample_id(second, "wire", name)
        assert job_id(first, name, major, purpose) != job_id(second, name, major, purpose)
    assert job_id(first, name, major, purpose) == job_id(first, name, major, purpose)


@given(NAMES, NAMES, IDS, IDS)
def test_erasures_of_two_projects_have_different_keys(
    first: str, second: str, sample: str, other: str
) -> None:
    keys = [
        SampleErased(project=project, sample_id=text, reason="", erased_at=NOON).key()
        for project, text in ((first, sample), (second, other))
    ]
    assert (keys[0] == keys[1]) == ((first, sample) == (second, other))
