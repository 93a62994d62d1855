"""Samples and their predictions: the events from production to the vector store."""

import re
from hashlib import sha256
from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from shoal.contracts.answers import (
    MOST_CANDIDATES,
    MOST_OBJECTS,
    MOST_PIXELS,
    MOST_POINTS,
    Corners,
    GivenQuantity,
    Pixels,
    Point,
    Position,
)
from shoal.contracts.base import (
    Address,
    Amount,
    Count,
    Duration,
    Event,
    Id,
    Label,
    Name,
    Phrase,
    Sentence,
    Tags,
    Text,
    Timestamp,
    Value,
)

Score = Annotated[float, Field(ge=0, le=1, strict=True)]
"""The probability that a model gives."""

RawScore = Annotated[float, Field(strict=True)]
"""Whatever a model gives: a number of JSON, no text or truth value."""

MOST_CROPS = 50
"""Crops of one image: their vectors travel in one event, which must fit into Kafka's 1 MiB."""

_MOST_SLUG = 80  # a collection's name has at most 255 characters, a project's 128


class PredictedBox(Corners):
    """A box that a model drew. scores: of several classes, if the model gives them."""

    label: Label
    score: Score | None = None
    scores: dict[Label, RawScore] = Field(default_factory=dict, max_length=10_000)


class PredictedPolygon(Value):
    """An outline that a model drew."""

    label: Label
    points: tuple[Point, ...] = Field(min_length=3, max_length=MOST_POINTS)
    score: Score | None = None
    scores: dict[Label, RawScore] = Field(default_factory=dict, max_length=10_000)


class PredictedSpan(Value):
    """A part of a text that a model marked, in code points."""

    label: Label
    start: Position
    end: Position
    score: Score | None = None


class PredictedNumber(Value):
    """A number with the interval that the model gives it."""

    value: GivenQuantity
    low: GivenQuantity | None = None
    high: GivenQuantity | None = None


class Prediction(Value):
    """A model's prediction for a sample. Which fields are present depends on the label schema's kind."""

    model: Id
    version: Phrase = ""
    label: Label | None = None
    scores: dict[Label, RawScore] = Field(
        default_factory=dict
    )  # label -> score; may be incomplete or unnormalised
    latency_ms: Duration | None = None
    endpoint: Sentence | None = None
    labels: tuple[Label, ...] | None = Field(default=None, max_length=MOST_OBJECTS)
    boxes: tuple[PredictedBox, ...] | None = Field(default=None, max_length=MOST_OBJECTS)
    polygons: tuple[PredictedPolygon, ...] | None = Field(default=None, max_length=MOST_OBJECTS)
    spans: tuple[PredictedSpan, ...] | None = Field(default=None, max_length=MOST_OBJECTS)
    candidate_scores: dict[Id, RawScore] | None = Field(default=None, max_length=MOST_CANDIDATES)
    number: PredictedNumber | None = None
    text: Text | None = None


class Turn(Value):
    """One message of a conversation."""

    role: Literal["user", "assistant", "system", "tool"]
    text: Text


class Candidate(Value):
    """One of the answers to compare."""

    id: Id
    text: Text
    model: Phrase = ""


ContentKind = Literal["text", "image", "conversation", "candidates"]


class Content(Value):
    """The datum: inline text, a URI with the SHA-256 of its content, a conversation, or candidates.

    uri: `media:<sha256>` names a file of the media store. prompt: of candidates, if it has no turns.
    crop: the part of the parent's image that a child sample shows. perceptual_hash: of an image of the media
    store, 128 bits; those of images that look alike differ in a few.
    """

    text: Text | None = None
    uri: Address | None = None
    sha256: str | None = Field(default=None, pattern=r"^[0-9a-f]{64}$")
    media_type: Phrase = "text/plain"
    width: Pixels | None = None
    height: Pixels | None = None
    bytes: Amount | None = None
    turns: tuple[Turn, ...] | None = Field(default=None, max_length=1000)
    prompt: Text | None = None
    candidates: tuple[Candidate, ...] | None = Field(default=None, min_length=2, max_length=MOST_CANDIDATES)
    crop: Corners | None = None
    perceptual_hash: str | None = Field(default=None, pattern=r"^[0-9a-f]{32}$")

    @property
    def kind(self) -> ContentKind:
        """Return what the content is; a text that has an address too is a text."""
        if self.candidates is not None:
            return "candidates"
        if self.turns is not None:
            return "conversation"
        return "image" if self.text is None and self.uri is not None else "text"


class Generation(Value):
    """The encoder of a vector. Vectors of different generations are never compared."""

    name: Id
    version: Phrase
    dimension: int = Field(ge=1, le=65_536)

    def slug(self) -> str:
        """Return the generation as a part of a collection's name; it ends with the dimension.

        Characters that a collection's name cannot hold are replaced, and a hash keeps such names distinct.
        """
        encoder = f"{self.name}-{self.version}"
        plain = re.sub(r"[^a-z0-9._-]", "_", encoder.lower())[:_MOST_SLUG]
        if plain != encoder:
            plain = f"{plain}-{sha256(encoder.encode()).hexdigest()[:8]}"
        return f"{plain}-{self.dimension}"


def collection_prefix(project: str) -> str:
    """Return the prefix of the names of a project's collections; no project's name contains `~`."""
    return f"{project}~"


def collection_name(project: str, generation: Generation) -> str:
    """Return the name of the collection of a project and a generation in the vector store."""
    return collection_prefix(project) + generation.slug()


def alias_name(project: str) -> str:
    """Return the alias of a project's newest generation in the vector store."""
    return collection_prefix(project) + "current"


class Embedding(Value):
    """A vector as little-endian float32 bytes, 4 per dimension, and its generation."""

    generation: Generation
    vector: bytes


class Cropping(Value):
    """How the boxes that a model drew become crops, which are samples with vectors of their own.

    most: crops of one image; boxes with the highest scores come first. smallest: pixels of a box's shorter
    side. padding: what a crop shows beside its box on each side, as a share of the box's width or height.
    """

    most: int = Field(default=20, ge=1, le=MOST_CROPS)
    smallest: int = Field(default=32, ge=1, le=MOST_PIXELS)
    padding: float = Field(default=0.1, ge=0, le=1)


class Crop(Value):
    """A part of a sample's image as a sample of its own.

    box: index of its box in the prediction. area: the part of the image: the box with its padding.
    """

    sample_id: Id
    box: Count
    area: Corners
    embedding: Embedding


class InferenceHalf(Event):
    """The request or response of an inference whose halves arrive separately (KServe's logger, Seldon)."""

    TYPE: ClassVar[str] = "shoal.inference.received.v1"
    KEY: ClassVar[str] = "project/correlation_id"

    correlation_id: Id
    half: Literal["request", "response"]
    dialect: Phrase = Field(max_length=64)
    source: Sentence
    endpoint: Sentence | None = None
    model: Phrase | None = None
    media_type: Phrase = "application/json"
    payload: bytes
    occurred_at: Timestamp
    received_at: Timestamp


class SampleIngested(Event):
    """A sample that a model in production processed."""

    TYPE: ClassVar[str] = "shoal.sample.ingested.v1"
    KEY: ClassVar[str] = "sample_id"

    sample_id: Id
    source: Name
    source_id: Id
    content: Content
    prediction: Prediction | None = None
    embedding: Embedding | None = None  # supplied by the producer
    tags: Tags = Field(default_factory=dict)
    group: Phrase | None = None  # samples of one group stay in one split
    parent_id: Id | None = None  # of a crop: the sample with the whole image
    cropping: Cropping | None = None  # the embedder makes crops of the predicted boxes
    occurred_at: Timestamp
    received_at: Timestamp


class SampleReferenced(SampleIngested):
    """A sample whose image is at an address outside Shoal. Ingest reads it before it ingests the sample."""

    TYPE: ClassVar[str] = "shoal.sample.referenced.v1"


class SampleEmbedded(Event):
    """A sample whose vector is in the vector store, with all data that selection and labelling need."""

    TYPE: ClassVar[str] = "shoal.sample.embedded.v1"
    KEY: ClassVar[str] = "sample_id"

    sample_id: Id
    source: Name
    source_id: Id
    content: Content
    embedding: Embedding
    readable: bool = True  # False: the encoder knows few tokens of the text; its vector is also other texts'
    prediction: Prediction | None = None
    tags: Tags = Field(default_factory=dict)
    group: Phrase | None = None
    occurred_at: Timestamp
    received_at: Timestamp | None = None  # at ingest
    embedded_at: Timestamp
    parent_id: Id | None = None  # of a crop: the sample with the whole image
    crops: tuple[Crop, ...] = Field(default=(), max_length=MOST_CROPS)  # of the predicted boxes

    @model_validator(mode="after")
    def _check_crops(self) -> "SampleEmbedded":
        """Later work reads stored events again, and one that contradicts itself would stop it every time."""
        if not self.crops:
            return self
        boxes = len(self.prediction.boxes or ()) if self.prediction else 0
        if any(crop.box >= boxes for crop in self.crops):
            raise ValueError(f"crops: the prediction has {boxes} boxes; send the index of one of them")
        if len({self.sample_id, *(crop.sample_id for crop in self.crops)}) <= len(self.crops):
            raise ValueError("crops: two of them, or one and the image, have the same sample_id")
        if len({crop.embedding.generation for crop in self.crops}) > 1:
            raise ValueError("crops: their vectors are of several generations; send those of one encoder")
        return self


class SampleErased(Event):
    """A request to erase a sample: every service removes its content, vector and labels."""

    TYPE: ClassVar[str] = "shoal.sample.erased.v1"
    KEY: ClassVar[str] = "project/sample_id"

    sample_id: Id
    reason: Sentence
    erased_at: Timestamp
