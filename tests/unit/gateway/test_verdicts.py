"""The meaning of a provider's HTTP status."""

import pytest

from shoal_gateway.adapters.generic.verdicts import Verdict, verdict_of


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
def test_the_call_is_repeated_after(status: int) -> None:
    assert verdict_of(status) is Verdict.REPEAT


@pytest.mark.parametrize("status", [301, 400, 401, 403, 404, 409, 413, 422, 501])
def test_the_call_is_refused_by(status: int) -> None:
    assert verdict_of(status) is Verdict.REFUSED


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_the_call_is_done_by(status: int) -> None:
    assert verdict_of(status) is Verdict.DONE
