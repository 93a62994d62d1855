"""Signed addresses open one image of one project for a while, and nothing else."""

import base64
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from shoal.media.addresses import BadAddress, ExpiredAddress, media_url, read_address, sign_address

KEY, OTHER = "k" * 32, "o" * 32
NOON = datetime(2026, 11, 29, 12, tzinfo=UTC)
SHA256 = "ab" * 32
PROJECTS = st.from_regex(r"\A[a-z0-9][a-z0-9._-]{0,127}\Z", fullmatch=True)
HASHES = st.binary(min_size=32, max_size=32).map(bytes.hex)
SIZES = st.integers(0, 10_000)
TIMES = st.datetimes(datetime(2020, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))


@given(PROJECTS, HASHES, SIZES, TIMES)
def test_a_token_opens_what_was_signed_for_10_to_15_minutes(
    project: str, sha256: str, size: int, now: datetime
) -> None:
    token = sign_address(KEY, project, sha256, size=size, now=now)
    for later in (timedelta(0), timedelta(minutes=10) - timedelta(seconds=1)):
        address = read_address([KEY], token, now + later)
        assert (address.project, address.sha256, address.size) == (project, sha256, size)
    with pytest.raises(ExpiredAddress):
        read_address([KEY], token, now + timedelta(minutes=15))


@given(st.data())
def test_no_other_text_is_a_token(data: st.DataObject) -> None:
    token = sign_address(KEY, "news", SHA256, size=0, now=NOON)
    index = data.draw(st.integers(0, len(token) - 1))
    letter = data.draw(st.characters())
    changed = token[:index] + letter + token[index + 1 :]
    assume(changed != token)
    for text in (changed, token[:index], token + letter, token[:index] + letter + token[index:]):
        assume(text != token)
        with pytest.raises(BadAddress):
            read_address([KEY], text, NOON)


@given(st.text(max_size=900))
def test_any_text_is_refused_without_another_error(text: str) -> None:
    with pytest.raises(BadAddress):
        read_address([KEY, OTHER], text, NOON)


def test_a_key_is_changed_without_breaking_addresses() -> None:
    token = sign_address(OTHER, "news", SHA256, size=320, now=NOON)
    assert read_address([KEY, OTHER], token, NOON).size == 320
    for keys in ([KEY], []):
        with pytest.raises(BadAddress):
            read_address(keys, token, NOON)


def test_a_signed_text_that_is_no_address_opens_nothing() -> None:
    with pytest.raises(ValueError):
        sign_address(KEY, "../other", SHA256, size=0, now=NOON)
    with pytest.raises(ValueError):
        sign_address(KEY, "news", "short", size=0, now=NOON)
    with pytest.raises(BadAddress):
        read_address([KEY], base64.urlsafe_b64encode(bytes(10)).decode(), NOON)


def test_addresses_of_one_moment_are_equal_so_that_browsers_find_the_picture() -> None:
    tokens = {sign_address(KEY, "news", SHA256, size=0, now=NOON + timedelta(seconds=s)) for s in (0, 1, 299)}
    assert len(tokens) == 1
    token = tokens.pop()
    assert media_url("https://shoal.example.com/", token) == f"https://shoal.example.com/v1/media/{token}"


CORNERS = st.tuples(*[st.floats(0, 1)] * 4)


@given(CORNERS, SIZES)
def test_a_token_of_a_part_opens_that_part(corners: tuple[float, float, float, float], size: int) -> None:
    token = sign_address(KEY, "reef", SHA256, size=size, now=NOON, crop=corners)
    address = read_address([KEY], token, NOON)
    assert address.crop == pytest.approx(corners, abs=1e-5)
    assert (address.sha256, address.size) == (SHA256, size)
    assert read_address([KEY], sign_address(KEY, "reef", SHA256, size=size, now=NOON), NOON).crop is None
