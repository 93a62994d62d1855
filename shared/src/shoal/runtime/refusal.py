"""A request that cannot be carried out, in the words of a use case; HTTP answers with a problem."""

from typing import Literal

Kind = Literal["malformed", "unauthenticated", "forbidden", "unknown", "conflict", "gone", "invalid"]


class Refused(Exception):
    """A request that cannot be carried out.

    kind: what sort of refusal it is; shoal.http.problems maps it to a status. field: the part of the request
    that is wrong. fix: what the caller can do about it. title: a short name of the problem, unless the kind's
    own will do.
    """

    def __init__(self, kind: Kind, detail: str, *, field: str, fix: str, title: str | None = None) -> None:
        super().__init__(detail)
        self.kind = kind
        self.detail = detail
        self.field = field
        self.fix = fix
        self.title = title
