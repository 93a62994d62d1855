"""What the file of an encoder says about it. The service and the command line read it from the registry."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol

from shoal.vectors import Vectors

Item = Literal["texts", "images"]


class Model(Protocol):
    """A model in memory. `threads` of the caller may call `encode` at the same time."""

    name: str
    version: str
    dimension: int
    threads: int

    def encode(self, items: Sequence[Any]) -> Vectors:
        """Return a row of unit length per text or image: float32 (len(items), dimension)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EncoderOptions:
    """cache: the folder of models' files. max_tokens: of a text. threads: None for one per usable processor."""

    cache: Path
    max_tokens: int = 128
    threads: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedEncoder:
    """An encoder and its description. ONNX takes a second to import, so its file imports it when it is used.

    name: in settings, on the command line and in embedding generations. load: reads the model into memory.
    write_file: writes the model's file into a cache unless it is there, and returns its path.
    """

    name: str
    encodes: Item
    load: Callable[[EncoderOptions], Model]
    write_file: Callable[[Path], Path]
