"""A use case's refusal of a request, which the HTTP layer answers with a problem, and its warnings."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["malformed", "unauthenticated", "forbidden", "unknown", "conflict", "gone", "invalid"]


class Refused(Exception):
    """A request that cannot be carried out.

    kind: the kind of refusal, which shoal.http.problems maps to a status. field: the part of the request that
    is wrong. fix: how the caller can correct the request. title: a short name of the problem; the kind's by
    default.
    """

    def __init__(self, kind: Kind, detail: str, *, field: str, fix: str, title: str | None = None) -> None:
        super().__init__(detail)
        self.kind = kind
        self.detail = detail
        self.field = field
        self.fix = fix
        self.title = title


@dataclass(frozen=True, slots=True)
class Caution:
    """A part of a request that is carried out, but is probably a mistake."""

    detail: str
    field: str
    fix: str
