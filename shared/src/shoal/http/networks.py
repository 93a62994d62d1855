"""The addresses that customers' hosts may have: public ones, and private networks that a setting allows."""

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address
_NAT64 = IPv6Network("64:ff9b::/96")
_INTERNAL = tuple(
    map(
        ip_network,
        (
            "192.0.0.0/24",  # protocol assignments; a cloud's metadata are at 192.0.0.192
            "192.88.99.0/24",
            "168.63.129.16/32",  # inside Azure's virtual networks
            "::/96",  # IPv4 addresses in forms that are no longer used
            "::ffff:0:0:0/96",
            "64:ff9b:1::/48",  # NAT64 of a private network
            "fec0::/10",
            "3fff::/20",
            "5f00::/16",
        ),
    )
)
"""Networks that are not public, and that Python's `ipaddress` calls global, depending on its version."""


@dataclass(frozen=True, slots=True)
class Networks:
    """`allowed`: networks that are not public and may hold such hosts all the same."""

    allowed: tuple[IPv4Network | IPv6Network, ...] = ()

    @classmethod
    def parse(cls, text: str) -> "Networks":
        """Return the networks of a list such as `10.0.0.0/8, ::1/128`. Raises ValueError."""
        return cls(tuple(ip_network(part.strip()) for part in text.split(",") if part.strip()))

    def forbid(self, text: str) -> bool:
        """Return whether such a host may not have an IP address. Raises ValueError if it is none."""
        address = _embedded_address(ip_address(text))
        if any(address.version == network.version and address in network for network in self.allowed):
            return False
        if any(address.version == network.version and address in network for network in _INTERNAL):
            return True
        return not address.is_global or address.is_multicast

    def forbid_host(self, host: str) -> bool:
        """Return whether a host is a forbidden address, or a name that always stands for one.

        Other names are checked when they are resolved.
        """
        name = host.strip("[]").rstrip(".").lower()
        if name == "localhost" or name.endswith(".localhost"):
            return self.forbid("127.0.0.1")
        try:
            return self.forbid(name)
        except ValueError:
            return False


def _embedded_address(address: Address) -> Address:
    """Return the IPv4 address inside an IPv6 address that stands for one."""
    if isinstance(address, IPv4Address):
        return address
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1] or address
