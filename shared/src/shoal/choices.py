"""Strings restricted to the names of a registry."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema


@dataclass(frozen=True, slots=True)
class OneOf:
    """An annotation that restricts a string to `choices`, which is called for every check."""

    choices: Callable[[], list[str]]

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self._check, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {**handler(schema), "enum": self.choices()}

    def _check(self, value: str) -> str:
        if value not in self.choices():
            raise ValueError(f"{value[:100]!r} is unknown: use one of {', '.join(self.choices())}")
        return value
