"""A service that others can reach has a key that nobody can guess, or does not start."""

from typing import Any

import pytest

from shoal.runtime import ServiceSettings
from shoal.runtime.loopback import is_loopback
from shoal.runtime.settings import UnsafeSettings
from shoal_sampler.settings import SamplerSettings

KEY = "0123456789abcdef"


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "::1", "localhost"])
def test_without_keys_a_service_listens_on_loopback(host: str) -> None:
    assert is_loopback(host)
    ServiceSettings(http_host=host).check_safety()


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.7", "shoal.example", "", "localhost.example"])
def test_without_keys_another_address_needs_a_word_of_its_own(host: str) -> None:
    with pytest.raises(UnsafeSettings, match="set SHOAL_ADMIN_KEY"):
        ServiceSettings(http_host=host).check_safety()
    ServiceSettings(http_host=host, allow_no_keys=True).check_safety()
    ServiceSettings(http_host=host, admin_key=KEY).check_safety()  # type: ignore[arg-type]
    ServiceSettings(http_host=host, role="worker").check_safety()


@pytest.mark.parametrize("key", ["", "x", "fifteen letters"])
def test_a_short_key_is_none(key: str) -> None:
    with pytest.raises(UnsafeSettings, match="fewer than 16"):
        ServiceSettings(admin_key=key).check_safety()  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("settings", "safe"),
    [
        ({}, True),
        ({"admin_key": KEY}, False),
        ({"admin_key": KEY, "audit_salt": "a salt of ours, not told"}, True),
        ({"audit_salt": "a salt of ours, not told"}, True),
    ],
)
def test_with_keys_the_audit_has_a_salt(settings: dict[str, Any], safe: bool) -> None:
    if safe:
        SamplerSettings(**settings).check_safety()
    else:
        with pytest.raises(UnsafeSettings, match="SHOAL_AUDIT_SALT is not"):
            SamplerSettings(**settings).check_safety()


def test_no_setting_prints_its_secret() -> None:
    text = repr(SamplerSettings(admin_key=KEY, audit_salt=KEY + "salt", qdrant_api_key=KEY + "q"))  # type: ignore[arg-type]
    assert KEY not in text
