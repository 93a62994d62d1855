"""The description of an encoder in the registry, for the service and the command line."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol

from shoal.vectors import Vectors

Item = Literal["texts", "images"]


class Model(Protocol):
    """A model in memory. `threads` threads may call `encode` at the same time."""

    name: str
    version: str
    dimension: int
    threads: int

    def encode(self, items: Sequence[Any]) -> Vectors:
        """Return a row of unit length per text or image: float32 (len(items), dimension)."""

    def are_readable(self, items: Sequence[Any], /) -> list[bool]:
        """Return which items the model can distinguish; False for texts of mostly unknown tokens."""

    def count_cut(self, items: Sequence[Any], /) -> int:
        """Return how many texts the model does not read to their end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EncoderOptions:
    """Options of an encoder.

    cache: folder of the models' files. max_tokens: tokens of a text to read. threads: None for one per usable
    processor.
    """

    cache: Path
    max_tokens: int = 128
    threads: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedEncoder:
    """An encoder and its description. Its file imports ONNX only on use, as the import takes a second.

    name: used in settings, on the command line and in embedding generations. load: reads the model into
    memory. write_file: writes the model's file into a cache unless it exists, and returns its path. reduce:
    returns the RGB image of few pixels that the model sees of an image.
    """

    name: str
    encodes: Item
    load: Callable[[EncoderOptions], Model]
    write_file: Callable[[Path], Path]
    reduce: Callable[[Any], Any] | None = None
