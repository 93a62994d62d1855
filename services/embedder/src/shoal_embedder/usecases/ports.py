"""The ports of the use cases, which adapters implement."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from shoal.contracts.samples import (
    Content,
    ContentKind,
    Cropping,
    Generation,
    SampleEmbedded,
    SampleIngested,
)
from shoal_embedder.domain.crops import Area, BoxOfModel


@dataclass(frozen=True, slots=True)
class EncodedText:
    """A text's vector, little-endian float32.

    is_readable: False if the encoder has no tokens for most of the text, so that different texts have nearly
    the same vector.
    """

    vector: bytes
    is_readable: bool = True


@dataclass(frozen=True, slots=True)
class Picture:
    """An image to read: its project, and the sample's content."""

    project: str
    content: Content


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Why an image could not be read."""

    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxedPicture:
    """An image with the boxes that a model drew. whole: whether the image itself needs a vector too."""

    picture: Picture
    boxes: Sequence[BoxOfModel]
    cropping: Cropping
    whole: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CropVector:
    """The vector of a crop."""

    box: BoxOfModel
    area: Area
    vector: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class CroppedPicture:
    """The vectors of an image and its crops. too_small, above_limit: numbers of boxes without a crop."""

    whole: bytes | None
    crops: Sequence[CropVector]
    too_small: int
    above_limit: int


class TextEncoder(Protocol):
    """Turns texts into vectors of one generation."""

    @property
    def generation(self) -> Generation:
        """Return the encoder's generation."""

    async def encode(self, texts: Sequence[str]) -> list[EncodedText]:
        """Return the vectors of texts, in order."""


class ImageEncoder(Protocol):
    """Reads images and turns them into vectors of one generation."""

    @property
    def generation(self) -> Generation:
        """Return the encoder's generation."""

    async def encode(self, pictures: Sequence[Picture]) -> list[bytes | Unreadable]:
        """Return the images' vectors, or why there is none, in order. Raises Transient."""

    async def encode_boxed(self, pictures: Sequence[BoxedPicture]) -> list[CroppedPicture | Unreadable]:
        """Return the vectors of images and of their crops, in order. Raises Transient."""


class Encoders(Protocol):
    """The encoders by their names."""

    @property
    def default_text(self) -> str:
        """Return the name of the encoder of texts in projects that choose none."""

    async def of_texts(self, name: str) -> TextEncoder:
        """Return an encoder of texts. Raises KeyError."""

    async def of_images(self, name: str) -> ImageEncoder:
        """Return an encoder of images. Raises KeyError."""


class ProjectSettings(Protocol):
    """What a project says about its vectors."""

    @property
    def encoders(self) -> Mapping[ContentKind, str | None]:
        """Return the encoders that the project chose, by kind of content."""


class ProjectLookup(Protocol):
    """The projects that were announced to this process."""

    async def find(self, project: str) -> ProjectSettings | None:
        """Return a project; None if no event has announced it yet."""


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
