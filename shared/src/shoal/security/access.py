"""Bearer keys over HTTP: principals and the permissions of roles."""

import hmac
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlsplit

import structlog
from fastapi import Request, Security
from fastapi.openapi.models import HTTPBearer
from fastapi.security.base import SecurityBase
from pydantic import SecretStr

from shoal.contracts.projects import Role
from shoal.security.directory import ProjectDirectory
from shoal.security.keys import hash_key, is_key

_log = structlog.get_logger("shoal.security")
ALL_ROLES: frozenset[str] = frozenset({"producer", "annotator", "reviewer", "operator", "admin"})
# Roles that grant each permission: an operator runs a project, an admin all of Shoal.
_SUFFICES: dict[str, frozenset[str]] = {
    "producer": frozenset({"producer", "operator", "admin"}),
    "annotator": frozenset({"annotator", "reviewer", "operator", "admin"}),
    "reviewer": frozenset({"reviewer", "operator", "admin"}),
    "operator": frozenset({"operator", "admin"}),
    "admin": frozenset({"admin"}),
}


@dataclass(frozen=True, slots=True)
class Principal:
    """The holder of a key.

    A `project` of None stands for every project, an `annotator` of None for every name of an annotator.
    """

    project: str | None
    roles: frozenset[str]
    annotator: str | None = None


UNRESTRICTED = Principal(None, ALL_ROLES)


class Denied(Exception):
    """The request has no valid key (401), or its key lacks the role (403); answered with a problem."""

    def __init__(self, status: int, title: str, detail: str, fix: str) -> None:
        super().__init__(detail)
        self.status = status
        self.title = title
        self.detail = detail
        self.fix = fix


LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class Access:
    """Checks keys. Without an admin key no request needs one, which is safe only on a private machine.

    There, pages of other sites must not use a browser as a way in: `loopback` says that the service listens
    on loopback only, so that requests for another host were led here by somebody's DNS. second_key: another
    admin key that is accepted too, while the key is changed.
    """

    def __init__(
        self,
        directory: ProjectDirectory | None,
        admin_key: SecretStr | None,
        *,
        second_key: SecretStr | None = None,
        loopback: bool = False,
    ) -> None:
        self._loopback = loopback
        self.projects = ProjectDirectory() if directory is None else directory
        keys = [] if admin_key is None else [admin_key, *([second_key] if second_key else [])]
        self._admin_keys = [key.get_secret_value().encode() for key in keys]
        if not self._admin_keys:
            _log.warning("keys_are_off", fix="set SHOAL_ADMIN_KEY if others can reach this service")

    def check_origin(self, host: str, origin: str | None) -> None:
        """Raise Denied, if no request needs a key, for a foreign host or the page of another site."""
        if self._admin_keys:
            return
        if self._loopback and _name_of(f"//{host}") not in LOOPBACK:
            raise _foreign_problem(f"the request is for the host {host[:100]!r}", "Use http://127.0.0.1")
        if origin is not None and origin.partition("//")[2] != host:
            raise _foreign_problem(
                f"the request comes from a page of {origin[:100]!r}", "Set SHOAL_ADMIN_KEY"
            )

    async def principal(self, authorization: str | None) -> Principal:
        """Return the principal of the key in an Authorization header. Raises Denied.

        Waits a few seconds for a key that looks like one of Shoal's and may have been created just now.
        """
        if not self._admin_keys:
            return UNRESTRICTED
        scheme, _, key = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or not key:
            raise _unauthorized_problem("the request has no Authorization: Bearer header")
        if any(hmac.compare_digest(key.encode(), admin_key) for admin_key in self._admin_keys):
            return UNRESTRICTED
        grant = await self.projects.find_grant(hash_key(key)) if is_key(key) else None
        if grant is None:
            raise _unauthorized_problem("the key is unknown")
        return Principal(*grant)


class _BearerKey(SecurityBase):
    """The Authorization header for OpenAPI; Access reads and checks it."""

    def __init__(self) -> None:
        self.scheme_name = "key"
        self.model = HTTPBearer(
            description="`Authorization: Bearer <key>`. Create a project's keys at the ingest service with "
            "`POST /v1/projects/{project}/keys`; `SHOAL_ADMIN_KEY` holds the key of the installation. "
            "Every operation lists the role that its key needs."
        )

    async def __call__(self, request: Request) -> str | None:
        return request.headers.get("authorization")


_KEY = _BearerKey()


def require_role(role: Role) -> Callable[..., Awaitable[Principal]]:
    """Return a FastAPI dependency that returns the principal of a key with the permissions of `role`."""

    async def dependency(
        request: Request, authorization: Annotated[str | None, Security(_KEY, scopes=[role])]
    ) -> Principal:
        access: Access = request.app.state.access
        return check_role(await access.principal(authorization), role)

    return dependency


def check_role(principal: Principal, role: Role) -> Principal:
    """Return `principal`. Raises Denied unless one of its roles has the permissions of `role`."""
    if not principal.roles & _SUFFICES[role]:
        has = ", ".join(sorted(principal.roles)) or "none"
        raise Denied(
            403,
            "Forbidden",
            f"this needs the role {role}; the key has {has}",
            f"Use a key with the role {role}",
        )
    return principal


def _name_of(address: str) -> str | None:
    try:
        return urlsplit(address).hostname
    except ValueError:
        return None


def _foreign_problem(detail: str, fix: str) -> Denied:
    return Denied(403, "Foreign request", f"{detail}; keys are off", fix)


def _unauthorized_problem(detail: str) -> Denied:
    fix = "Send Authorization: Bearer <key>; create keys at ingest with POST /v1/projects/{project}/keys"
    return Denied(401, "Unauthorized", detail, fix)
