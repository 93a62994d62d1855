"""Signed addresses of images: who has one sees one image of one project, until it expires.

A token is base64url of `project|sha256|size|expires|` and an HMAC-SHA256 of it; that of a part of an image
has `left,top,right,bottom|` too. Tokens need no table: every service that knows the key signs them, and
ingest reads them.
"""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from shoal.pictures.crops import Corners

LONGEST_S = 900
"""Seconds until an address expires."""

_STEP_S = 300  # addresses of one image are equal for so long, so that browsers find it in their cache
_MAC_BYTES = 32
_MOST_TOKEN = 600
_PURPOSE = b"shoal.media.v1\n"  # a signature of something else with the same key opens nothing
_PAYLOAD = re.compile(
    r"([a-z0-9][a-z0-9._-]{0,127})\|([0-9a-f]{64})\|(0|[1-9][0-9]{0,4})\|([0-9]{1,11})\|"
    r"(?:([0-9]{1,6}),([0-9]{1,6}),([0-9]{1,6}),([0-9]{1,6})\|)?"
)
_UNITS = 100_000  # of an image's side: no image has more pixels


class BadAddress(ValueError):
    """A token that no key of this installation signed."""


class ExpiredAddress(ValueError):
    """A token whose time is over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaAddress:
    """What a token opens. size: most pixels of the longer side; 0 for the image's own size.

    crop: the part of the image that is shown; None for all of it.
    """

    project: str
    sha256: str
    size: int
    expires: datetime
    crop: Corners | None = None


def sign_address(
    key: str, project: str, sha256: str, *, size: int, now: datetime, crop: Corners | None = None
) -> str:
    """Return the token of an image; it expires after 10 to 15 minutes.

    size: most pixels of the longer side; 0 for the image's own size.
    """
    expires = int(now.timestamp()) // _STEP_S * _STEP_S + LONGEST_S
    payload = f"{project}|{sha256}|{size}|{expires}|"
    if crop is not None:
        payload += ",".join(str(round(_UNITS * corner)) for corner in crop) + "|"
    if _PAYLOAD.fullmatch(payload) is None:
        raise ValueError(f"no address: {payload!r}")
    data = payload.encode("ascii")
    return base64.urlsafe_b64encode(data + _sign_payload(key, data)).rstrip(b"=").decode("ascii")


def read_address(keys: Sequence[str], token: str, now: datetime) -> MediaAddress:
    """Return what a token opens. keys: the present key and those before it.

    Raises BadAddress and ExpiredAddress; an expired token is one that was signed with a key.
    """
    data = _decode_token(token)
    payload, signature = data[:-_MAC_BYTES], data[-_MAC_BYTES:]
    # All keys are compared, in constant time: the time of the answer says nothing about the signature.
    matches = [hmac.compare_digest(_sign_payload(key, payload), signature) for key in keys]
    match = _PAYLOAD.fullmatch(payload.decode("ascii", "replace"))
    if not any(matches) or match is None:
        raise BadAddress("the token is not signed")
    project, sha256, size, expires, *corners = match.groups()
    moment = datetime.fromtimestamp(int(expires), UTC)
    address = MediaAddress(
        project=project, sha256=sha256, size=int(size), expires=moment, crop=_read_corners(corners)
    )
    if address.expires <= now:
        raise ExpiredAddress("the token has expired")
    return address


def _read_corners(corners: Sequence[str | None]) -> Corners | None:
    values = [int(corner) / _UNITS for corner in corners if corner is not None]
    return (values[0], values[1], values[2], values[3]) if values else None


def media_url(public_url: str, token: str) -> str:
    """Return the address at which ingest serves the image of a token. public_url: ingest's address."""
    return f"{public_url.rstrip('/')}/v1/media/{token}"


def _sign_payload(key: str, payload: bytes) -> bytes:
    return hmac.digest(key.encode(), _PURPOSE + payload, hashlib.sha256)


def _decode_token(token: str) -> bytes:
    """Return a token's bytes. Only the one text that encodes them is accepted. Raises BadAddress."""
    try:
        raw = token.encode("ascii")
        data = base64.b64decode(raw + b"=" * (-len(raw) % 4), altchars=b"-_", validate=True)
    except (UnicodeEncodeError, binascii.Error):
        raise BadAddress("the token is not base64url") from None
    if len(raw) > _MOST_TOKEN or base64.urlsafe_b64encode(data).rstrip(b"=") != raw:
        raise BadAddress("the token is not base64url")
    return data
