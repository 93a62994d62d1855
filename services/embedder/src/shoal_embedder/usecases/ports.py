"""What the use cases need from outside; adapters implement these."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from shoal.contracts.samples import Generation, SampleIngested


class TextEncoder(Protocol):
    """Turns texts into vectors of one generation."""

    @property
    def generation(self) -> Generation:
        """Return which encoder this is."""

    async def encode(self, texts: Sequence[str]) -> list[bytes]:
        """Return a vector per text, little-endian float32."""


@dataclass(frozen=True, slots=True)
class Point:
    """One sample in the vector store."""

    event: SampleIngested
    vector: bytes


class OtherDimension(Exception):
    """The project has vectors of the same encoder and version with another dimension."""

    def __init__(self, known: int) -> None:
        super().__init__(str(known))
        self.known = known


class VectorStore(Protocol):
    """Vectors by project and generation."""

    async def prepare(self, project: str, generation: Generation) -> None:
        """Make room for a project's vectors of a generation. Raises OtherDimension."""

    async def upsert(self, project: str, generation: Generation, points: Sequence[Point]) -> None:
        """Keep vectors durably; a sample that is there already is replaced."""

    async def delete(self, project: str, samples: Sequence[str]) -> None:
        """Forget samples in every generation of a project."""
