"""deploy/compose/compose.yaml with its anchors and variables resolved."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from deploy.manifestkit import ROOT

COMPOSE = ROOT / "deploy" / "compose"
_VARIABLE = re.compile(r"\$\{(\w+)(?::([-?])([^}]*))?\}")


@cache
def read_compose() -> dict[str, Any]:
    """Return the file as written, its anchors resolved."""
    document: dict[str, Any] = yaml.safe_load((COMPOSE / "compose.yaml").read_text())
    return document


def required_variables() -> set[str]:
    """Return the variables without which Compose starts nothing."""
    return {name for name, kind, _ in _VARIABLE.findall(_text()) if kind == "?"}


def example_variables() -> set[str]:
    """Return the variables of env.example."""
    lines = (COMPOSE / "env.example").read_text().splitlines()
    return {line.partition("=")[0] for line in lines if line and not line.startswith("#")}


def _text() -> str:
    return (COMPOSE / "compose.yaml").read_text()


def fill_variables(value: Any, variables: dict[str, str]) -> Any:
    """Return a part of the file with `${NAME}` and `${NAME:-default}` replaced, and `$$` by `$`."""
    if isinstance(value, dict):
        return {key: fill_variables(item, variables) for key, item in value.items()}
    if isinstance(value, list):
        return [fill_variables(item, variables) for item in value]
    if isinstance(value, str):
        return _VARIABLE.sub(lambda match: variables.get(match[1]) or match[3], value).replace("$$", "$")
    return value


@dataclass(frozen=True, slots=True)
class Mount:
    """A mounted folder, file or volume."""

    source: str
    target: str
    options: str

    @property
    def path(self) -> Path | None:
        """Return the mounted path of this repository, or None for a volume."""
        return (COMPOSE / self.source).resolve() if self.source.startswith(".") else None


def mounts_of(service: dict[str, Any]) -> list[Mount]:
    """Return what a service mounts."""
    return [Mount(*[*text.split(":"), ""][:3]) for text in service.get("volumes", [])]
