"""Addresses that are not public are refused in every form that stands for them."""

import pytest

from shoal.http.networks import Networks


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "0.0.0.0", "169.254.169.254", "100.64.0.1", "192.0.0.192", "168.63.129.16", "::1",
        "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:0:127.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::7f00:1",
        "2002:7f00:1::", "fe80::1%lo", "fec0::1", "fd00:ec2::254", "224.0.0.1", "ff02::1",
    ],
)  # fmt: skip
def test_what_is_not_public_is_refused(address: str) -> None:
    assert Networks().forbid(address)


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1::1", "64:ff9b::5db8:d822"])
def test_what_is_public_is_not(address: str) -> None:
    assert not Networks().forbid(address)


def test_a_setting_allows_a_network_that_is_not_public() -> None:
    assert not Networks.parse("168.63.129.16/32, fec0::/10").forbid("168.63.129.16")
    assert not Networks.parse("168.63.129.16/32, fec0::/10").forbid("fec0::1")
