"""The hosts from which images may be read: only those that the installation's setting names."""

from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator

_PORTS = {"https": 443, "http": 80}


@dataclass(frozen=True, slots=True)
class Host:
    """A scheme, a host and a port; a name that starts with `*.` stands for all names below it."""

    scheme: str
    name: str
    port: int

    def admits(self, scheme: str, name: str, port: int) -> bool:
        """Return whether an address is at this host."""
        if (scheme, port) != (self.scheme, self.port):
            return False
        return name.endswith(self.name[1:]) if self.name.startswith("*.") else name == self.name


@dataclass(frozen=True, slots=True)
class Sources:
    """The hosts of a list such as `images.example.com, *.cdn.example.com, http://files.local:8080`."""

    hosts: tuple[Host, ...] = ()

    @classmethod
    def parse(cls, text: str) -> "Sources":
        """Return the hosts of a list; the scheme is https unless an entry names http. Raises ValueError."""
        return cls(tuple(_parse_host(part.strip()) for part in text.split(",") if part.strip()))

    def refusal(self, uri: str) -> str:
        """Return why nothing is read from a URI, or an empty text if it may be read."""
        try:
            parts = urlsplit(uri)
            scheme, name, port = parts.scheme, (parts.hostname or "").rstrip("."), parts.port
        except ValueError as error:
            return f"is no address: {error}"
        if scheme not in _PORTS or not name:
            return f"has the scheme {scheme[:40]!r}, and images are read from media: and over https"
        if parts.username is not None or parts.password is not None:
            return "carries a user name or password"
        if any(host.admits(scheme, name, port or _PORTS[scheme]) for host in self.hosts):
            return ""
        return f"is at {name[:200]!r}, which SHOAL_MEDIA_HOSTS does not name for {scheme}"


def _parse_host(entry: str) -> Host:
    scheme, separator, rest = entry.rpartition("://")
    scheme = scheme.lower() if separator else "https"
    if scheme not in _PORTS:
        raise ValueError(f"{entry!r}: images are read over https or http")
    parts = urlsplit(f"//{rest}")
    if not parts.hostname or parts.path or parts.username is not None:
        raise ValueError(f"{entry!r}: give a host, such as images.example.com or http://files.local:8080")
    return Host(scheme, parts.hostname.rstrip("."), parts.port or _PORTS[scheme])


def _check_hosts(text: str) -> str:
    Sources.parse(text)
    return text


HostList = Annotated[str, AfterValidator(_check_hosts)]
"""A setting that `Sources.parse` reads."""
HOSTS_HELP = (
    "Hosts from which ingest reads images, such as `images.example.com,*.cdn.example.com`; https unless an entry "
    "starts with `http://`. By default none: producers send their images themselves."
)
