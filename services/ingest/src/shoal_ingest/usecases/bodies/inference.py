"""One inference in Shoal's format. docs/inference.md is generated from these models (`make docs`)."""

from typing import Annotated

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from shoal.contracts.answers import MOST_CANDIDATES, MOST_OBJECTS
from shoal.contracts.base import Address, Duration, Id, Label, Name, Phrase, Sentence, Tags, Text, Timestamp
from shoal.contracts.samples import Content, Prediction, RawScore
from shoal.inputs import Strict, with_examples
from shoal.vectors import MOST, vector_bytes
from shoal_ingest.usecases.bodies.conversations import (
    MOST_TURNS,
    CandidateIn,
    TurnIn,
    fault_of_parts,
    to_candidates,
    to_turns,
)
from shoal_ingest.usecases.bodies.predicted import BoxIn, NumberIn, PolygonIn, SpanIn

VECTOR_SCHEMA = {
    "oneOf": [
        {"type": "array", "items": {"type": "number"}, "minItems": 1, "maxItems": MOST},
        {"type": "string", "contentEncoding": "base64"},
    ],
    "examples": [[0.12, -0.4, 0.33]],
}


MOST_INLINE = 400_000
"""Bytes of an image inside an inference."""
ANY_IMAGE = "image/*"
"""Media type of an image that nobody has read yet."""
LONGEST_BASE64 = (MOST_INLINE + 2) // 3 * 4


class VectorIn(Strict):
    """A vector and the encoder that made it."""

    name: Id = Field(description="The encoder's name.", examples=["minilm"])
    version: Phrase = Field(
        default="",
        description="The encoder's version. Vectors of two versions are never compared with each other.",
        examples=["2"],
    )
    vector: Annotated[bytes, BeforeValidator(vector_bytes), WithJsonSchema(VECTOR_SCHEMA)] = Field(
        description="The vector: numbers, or base64 of little-endian float32 bytes. All numbers are finite and at "
        "least one is not zero. The first vector of an encoder's version fixes its dimension in a project."
    )


class ContentIn(Strict):
    """The datum, inline or by reference. It needs `text` or `uri`."""

    text: Text | None = Field(default=None, description="The datum as text.", examples=["Wheat exports fell"])
    uri: Address | None = Field(
        default=None,
        description="Address of the datum if it is not inline.",
        examples=["s3://bucket/images/8841.jpg"],
    )
    sha256: str | None = Field(
        default=None,
        pattern=r"^[0-9a-f]{64}$",
        description="SHA-256 of the content at `uri`, in hexadecimal.",
        examples=["9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"],
    )
    media_type: Phrase = Field(
        default="text/plain", description="Media type of the datum.", examples=["image/jpeg"]
    )


class ImageIn(Strict):
    """The datum as an image: its bytes, or where they are."""

    model_config = with_examples({"uri": f"media:{'9f86d081' * 8}"})

    base64: str | None = Field(
        default=None,
        max_length=LONGEST_BASE64,
        pattern=r"^[A-Za-z0-9+/]*={0,2}$",
        description=f"The image's bytes in base64, at most {MOST_INLINE:,} bytes. Larger ones go to "
        "POST /v1/projects/{project}/media.",
        examples=["iVBORw0KGgo="],
    )
    uri: Address | None = Field(
        default=None,
        description="`media:` and the SHA-256 of an image that is stored in the project, or an https address of a "
        "host that the installation allows, from which ingest reads the image.",
        examples=["https://images.example.com/8841.jpg"],
    )

    @model_validator(mode="after")
    def _one_place(self) -> "ImageIn":
        if (self.base64 is None) == (self.uri is None):
            raise ValueError("give the image once: either base64 or uri")
        return self


class PredictionIn(Strict):
    """The model's prediction for the datum."""

    model: Id = Field(description="The model's name.", examples=["topics"])
    version: Phrase = Field(default="", description="The model's version.", examples=["7"])
    label: Label | None = Field(default=None, description="The predicted label.", examples=["grain"])
    scores: dict[Label, RawScore] = Field(
        default_factory=dict,
        description="Score of each label, a finite number. Labels may be missing, and scores need not add up to 1.",
        examples=[{"grain": 0.61, "trade": 0.22}],
    )
    latency_ms: Duration | None = Field(
        default=None, description="Time that the model took, in milliseconds.", examples=[12.5]
    )
    endpoint: Sentence | None = Field(
        default=None, description="The endpoint that answered.", examples=["topics-eu-1"]
    )
    labels: tuple[Label, ...] | None = Field(
        default=None,
        max_length=MOST_OBJECTS,
        description="The predicted labels, if a datum may have several; `scores` has one for each class.",
        examples=[["grain", "trade"]],
    )
    boxes: tuple[BoxIn, ...] | None = Field(
        default=None,
        max_length=MOST_OBJECTS,
        description="Boxes on the image; each becomes a sample of its own in projects with `cropping` (docs/media.md).",
        examples=[[{"label": "crab", "left": 0.1, "top": 0.2, "right": 0.4, "bottom": 0.5, "score": 0.8}]],
    )
    polygons: tuple[PolygonIn, ...] | None = Field(
        default=None,
        max_length=MOST_OBJECTS,
        description="Outlines on the image.",
        examples=[[{"label": "crab", "points": [[0.1, 0.2], [0.4, 0.2], [0.3, 0.5]], "score": 0.8}]],
    )
    spans: tuple[SpanIn, ...] | None = Field(
        default=None,
        max_length=MOST_OBJECTS,
        description="Parts of the text; of a conversation, parts of its turns joined by line feeds, each as "
        "`role: text`.",
        examples=[[{"label": "good", "start": 0, "end": 5, "score": 0.8}]],
    )
    candidate_scores: dict[Id, RawScore] | None = Field(
        default=None,
        max_length=MOST_CANDIDATES,
        description="Score of each candidate by its id.",
        examples=[{"a": 0.7, "b": 0.1}],
    )
    number: NumberIn | None = Field(
        default=None, description="A predicted number.", examples=[{"value": 3.5, "low": 3, "high": 4}]
    )
    text: Text | None = Field(default=None, description="A predicted text.", examples=["A reef with crabs."])


class Inference(Strict):
    """One line of an inference log: a datum and a model's prediction."""

    model_config = with_examples(
        {
            "project": "newsdesk",
            "source": "wire",
            "source_id": "8841",
            "text": "Wheat exports fell in the second quarter.",
            "prediction": {
                "model": "topics",
                "version": "7",
                "label": "grain",
                "scores": {"grain": 0.61, "trade": 0.22},
            },
        }
    )

    project: Name = Field(description="The project that the sample belongs to.", examples=["newsdesk"])
    source: Name = Field(
        default="default", description="The system that produced the sample.", examples=["wire"]
    )
    source_id: Id = Field(
        description="The sample's id in its source. Project, source and source id determine the sample's id, so the "
        "same datum sent twice is the same sample. Another datum under the same source id is rejected: the first "
        "stands.",
        examples=["8841"],
    )
    text: Text | None = Field(
        default=None,
        description="The datum as text; a shortcut for `content` with `text`.",
        examples=["Wheat exports fell in the second quarter."],
    )
    content: ContentIn | None = Field(
        default=None,
        description="The datum with its media type, or a reference to it.",
        examples=[
            {
                "uri": "s3://bucket/images/8841.jpg",
                "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
                "media_type": "image/jpeg",
            }
        ],
    )
    image: ImageIn | None = Field(
        default=None,
        description="The datum as an image (docs/media.md).",
        examples=[{"uri": "https://images.example.com/8841.jpg"}],
    )
    turns: tuple[TurnIn, ...] | None = Field(
        default=None,
        min_length=1,
        max_length=MOST_TURNS,
        description="The datum as a conversation, in order; with `candidates`, what they answer.",
        examples=[[{"role": "user", "text": "How much wheat was exported?"}]],
    )
    prompt: Text | None = Field(
        default=None,
        description="What the `candidates` answer, if it is one text.",
        examples=["How much wheat was exported?"],
    )
    candidates: tuple[CandidateIn, ...] | None = Field(
        default=None,
        min_length=2,
        max_length=MOST_CANDIDATES,
        description="Answers to `prompt` or `turns` that people compare.",
        examples=[[{"id": "a", "text": "12 million tonnes."}, {"id": "b", "text": "Much."}]],
    )
    prediction: PredictionIn | None = Field(
        default=None,
        description="What the model said. Uncertainty strategies and the model's accuracy metrics need it.",
        examples=[
            {"model": "topics", "version": "7", "label": "grain", "scores": {"grain": 0.61, "trade": 0.22}}
        ],
    )
    embedding: VectorIn | None = Field(
        default=None,
        description="The datum's vector. Without it, the embedder computes one from the text or the image, "
        "with the encoder of the project.",
        examples=[{"name": "minilm", "version": "2", "vector": [0.12, -0.4, 0.33]}],
    )
    tags: Tags = Field(
        default_factory=dict,
        description="Free attributes, which a campaign's filter can use.",
        examples=[{"region": "eu", "channel": "mobile"}],
    )
    group: Phrase | None = Field(
        default=None,
        description="Whatever the sample belongs to: a patient, a document, a session. Samples of one group stay in "
        "one split of a dataset.",
        examples=["session-17"],
    )
    occurred_at: Timestamp | None = Field(
        default=None,
        description="Time at which the model saw the sample, with a time zone; by default the time of the request.",
        examples=["2026-01-31T12:00:00Z"],
    )

    @model_validator(mode="after")
    def _one_datum(self) -> "Inference":
        talk = self.turns or self.prompt or self.candidates
        if sum(datum is not None for datum in (self.text, self.content, self.image, talk)) != 1:
            raise ValueError(
                "give the datum once: in text, image, turns, candidates, or content with text or uri"
            )
        if fault := fault_of_parts(self.turns, self.prompt, self.candidates):
            raise ValueError(fault)
        if self.content is not None and self.content.text is None and self.content.uri is None:
            raise ValueError("content needs text or uri")
        return self

    def datum(self) -> Content:
        """Return the datum in the form of events; an image by its URI."""
        if self.content is not None:
            return Content.model_construct(**self.content.__dict__)
        if self.image is not None:
            return Content(uri=self.image.uri, media_type=ANY_IMAGE)
        if self.text is None:
            return Content.model_construct(
                turns=to_turns(self.turns), prompt=self.prompt, candidates=to_candidates(self.candidates)
            )
        return Content(text=self.text)

    def with_datum(self, datum: Content) -> "Inference":
        """Return the inference with a checked datum in the place of its image."""
        return self.model_copy(update={"text": None, "image": None, "content": datum})

    def to_prediction(self) -> Prediction | None:
        """Return the prediction in the form of events."""
        return None if self.prediction is None else Prediction.model_construct(**self.prediction.__dict__)
