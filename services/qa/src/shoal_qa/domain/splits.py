"""Stable splits by a hash of the group: a group is in the same split in every version."""

from collections.abc import Mapping
from hashlib import blake2b

MOST_SPLITS = 100
_SCALE = 2.0**-53


def split_of(key: str, shares: Mapping[str, float], seed: int) -> str:
    """Return the split of a group, or of a sample without a group.

    shares: name -> share, which add up to 1; their order matters. A version with more samples leaves earlier
    ones in their splits.
    """
    digest = blake2b(f"{seed}|{key}".encode(), digest_size=8).digest()
    draw = (int.from_bytes(digest, "big") >> 11) * _SCALE
    edge = 0.0
    for name, share in shares.items():
        edge += share
        if draw < edge:
            return name
    return list(shares)[-1]


def check_shares(shares: Mapping[str, float]) -> None:
    """Raise ValueError unless there are 1 to MOST_SPLITS shares, all are positive, and they add up to 1."""
    if len(shares) > MOST_SPLITS:
        raise ValueError(f"there are {len(shares)} splits, and at most {MOST_SPLITS} are possible")
    if not shares or any(share <= 0 for share in shares.values()):
        raise ValueError("every split needs a share above 0")
    if abs(sum(shares.values()) - 1) > 1e-9:
        raise ValueError(f"the shares add up to {sum(shares.values()):g}, not to 1")
