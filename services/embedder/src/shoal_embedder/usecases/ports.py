"""The ports of the use cases, which adapters implement."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from shoal.contracts.samples import Generation, SampleEmbedded, SampleIngested


@dataclass(frozen=True, slots=True)
class EncodedText:
    """A text's vector, little-endian float32.

    is_readable: False if the encoder has no tokens for most of the text, so that different texts have nearly
    the same vector.
    """

    vector: bytes
    is_readable: bool = True


class TextEncoder(Protocol):
    """Turns texts into vectors of one generation."""

    @property
    def generation(self) -> Generation:
        """Return the encoder's generation."""

    async def encode(self, texts: Sequence[str]) -> list[EncodedText]:
        """Return the vectors of texts, in order."""


@dataclass(frozen=True, slots=True)
class Point:
    """One sample in the vector store."""

    event: SampleIngested | SampleEmbedded
    vector: bytes


@dataclass(frozen=True, slots=True)
class Gone:
    """A collection of the vector store that was dropped or lost."""

    project: str
    generation: Generation


class OtherDimension(Exception):
    """The project has vectors of the same encoder and version with another dimension."""

    def __init__(self, dimension: int) -> None:
        super().__init__(str(dimension))
        self.dimension = dimension


class VectorStore(Protocol):
    """Vectors by project and generation."""

    async def prepare(self, project: str, generation: Generation) -> None:
        """Create the collection of a project and a generation if it is missing. Raises OtherDimension."""

    async def upsert(self, project: str, generation: Generation, points: Sequence[Point]) -> None:
        """Store vectors durably; replace samples that exist already."""

    async def delete(self, project: str, samples: Sequence[str]) -> None:
        """Delete samples in every generation of a project."""

    async def mend(self) -> list[Gone]:
        """Make what is missing anew; return the collections that are empty since."""


class EmbeddedSamples(Protocol):
    """The samples that were embedded, as far back as their topic goes."""

    def batches(self) -> AsyncIterator[Sequence[SampleEmbedded]]:
        """Yield all samples that were embedded up to now, oldest first for each sample."""
